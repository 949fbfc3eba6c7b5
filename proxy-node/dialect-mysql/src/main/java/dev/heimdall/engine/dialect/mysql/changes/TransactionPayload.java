package dev.heimdall.engine.dialect.mysql.changes;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Content of a MySQL event that holds a transaction, with binlog_transaction_compression. */
final class TransactionPayload {
  private static final int END_OF_FIELDS = 0;
  private static final int COMPRESSION = 2;
  private static final long ZSTD = 0;
  private static final long NONE = 255;

  private TransactionPayload() {}

  /**
   * Its events, unpacked as they are read.
   *
   * @param body the event without header and checksum
   * @throws IllegalArgumentException for a compression that is not known
   */
  static InputStream of(ByteBuffer body) throws IOException {
    long compression = NONE;
    for (long field = number(body); field != END_OF_FIELDS; field = number(body)) {
      int length = (int) number(body);
      int next = body.position() + length;
      if (field == COMPRESSION) {
        compression = number(body);
      }
      body.position(next);
    }
    InputStream packed = new ByteArrayInputStream(body.array(), body.position(), body.remaining());
    if (compression == NONE) {
      return packed;
    }
    if (compression != ZSTD) {
      throw new IllegalArgumentException("compression " + compression);
    }
    return new ZstdInputStream(packed);
  }

  private static long number(ByteBuffer body) {
    int first = body.get() & 0xff;
    return switch (first) {
      case 252 -> body.getShort() & 0xffff;
      case 253 -> body.getShort() & 0xffff | (long) (body.get() & 0xff) << 16;
      case 254 -> body.getLong();
      default -> first;
    };
  }
}
