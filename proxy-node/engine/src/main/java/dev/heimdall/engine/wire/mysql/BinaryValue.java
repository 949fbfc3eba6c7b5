package dev.heimdall.engine.wire.mysql;

import io.netty.buffer.ByteBuf;

/** Values of parameters as the binary protocol has them. */
public final class BinaryValue {
  private BinaryValue() {}

  /**
   * Skips a value that is not NULL.
   *
   * @param type of MYSQL_TYPE_*
   * @throws IndexOutOfBoundsException if it is cut
   */
  public static void skip(ByteBuf in, int type) {
    switch (type & 0xFF) {
      case 0x06 -> {}
      case 0x01 -> in.skipBytes(1);
      case 0x02, 0x0D -> in.skipBytes(2);
      case 0x03, 0x04, 0x09 -> in.skipBytes(4);
      case 0x05, 0x08 -> in.skipBytes(8);
      case 0x07, 0x0A, 0x0B, 0x0C -> in.skipBytes(in.readUnsignedByte());
      default -> in.skipBytes(Math.toIntExact(LengthEncoded.read(in)));
    }
  }
}
