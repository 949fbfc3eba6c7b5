package dev.heimdall.engine.wire.postgres;

import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Reads what messages of either direction are made of. */
public final class PgReader {
  private PgReader() {}

  /**
   * A string, and its zero byte.
   *
   * @throws IndexOutOfBoundsException if that does not come
   */
  public static String string(ByteBuf in) {
    return string(in, StandardCharsets.UTF_8);
  }

  /** Reads it in another encoding. */
  public static String string(ByteBuf in, Charset encoding) {
    int length = in.bytesBefore((byte) 0);
    if (length < 0) {
      throw new IndexOutOfBoundsException("a string has no end");
    }
    String text = in.readCharSequence(length, encoding).toString();
    in.skipBytes(1);
    return text;
  }
}
