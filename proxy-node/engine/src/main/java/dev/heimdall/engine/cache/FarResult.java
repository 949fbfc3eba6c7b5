package dev.heimdall.engine.cache;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A result as nodes keep it for each other. In bytes: the position (8), the length of the columns
 * (4; -1 for none), the columns, the rows.
 *
 * @param position bytes of log that the writer had written before its statement was sent there: it
 *     has all that was acknowledged by then
 */
public record FarResult(long position, StoredAnswer answer) {
  private static final int HEAD = 12;

  byte[] encoded() {
    byte[] columns = answer.columns();
    ByteBuffer out = ByteBuffer.allocate(HEAD + answer.size());
    out.putLong(position).putInt(columns == null ? -1 : columns.length);
    if (columns != null) {
      out.put(columns);
    }
    return out.put(answer.rows()).array();
  }

  /** Null where that is none. */
  static FarResult decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      long position = in.getLong();
      int length = in.getInt();
      if (length > in.remaining()) {
        return null;
      }
      int rows = HEAD + Math.max(0, length);
      return new FarResult(
          position,
          new StoredAnswer(
              length < 0 ? null : Arrays.copyOfRange(bytes, HEAD, rows),
              Arrays.copyOfRange(bytes, rows, bytes.length)));
    } catch (BufferUnderflowException e) {
      return null;
    }
  }
}
