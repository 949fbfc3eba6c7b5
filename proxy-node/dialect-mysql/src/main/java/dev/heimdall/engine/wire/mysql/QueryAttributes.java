package dev.heimdall.engine.wire.mysql;

import io.netty.buffer.ByteBuf;

/**
 * Attributes that a client adds to its queries besides their texts, where that was agreed on: they
 * follow the command's first byte.
 */
public final class QueryAttributes {
  private QueryAttributes() {}

  /**
   * Skips them.
   *
   * @param in behind the command's first byte, to the command's end
   * @throws IndexOutOfBoundsException if they are cut
   * @throws IllegalArgumentException where a length is none
   * @throws ArithmeticException likewise
   */
  public static void skip(ByteBuf in) {
    int count = Math.toIntExact(LengthEncoded.read(in));
    LengthEncoded.read(in); // how many sets of them there are: one
    if (count == 0) {
      return;
    }
    if (count < 0) {
      throw new IllegalArgumentException(count + " attributes");
    }
    int nulls = in.readerIndex();
    in.skipBytes((count + 7) / 8);
    boolean typed = in.readByte() != 0;
    if (count > in.readableBytes()) {
      throw new IndexOutOfBoundsException(count + " attributes in fewer bytes");
    }
    int[] types = new int[count];
    for (int i = 0; typed && i < count; i++) {
      types[i] = in.readUnsignedShortLE() & 0xFF;
      LengthEncoded.readBytes(in);
    }
    for (int i = 0; i < count; i++) {
      if ((in.getByte(nulls + i / 8) & 1 << i % 8) == 0) {
        BinaryValue.skip(in, types[i]);
      }
    }
  }
}
