package dev.heimdall.engine.wire.mysql;

import io.netty.buffer.ByteBuf;

/** Columns of results that the node itself gives. */
public final class ColumnDefinition {
  public static final int TYPE_DOUBLE = 0x05;
  public static final int TYPE_LONGLONG = 0x08;
  public static final int TYPE_VAR_STRING = 0xFD;

  /** The collation of numbers. */
  public static final int BINARY = 63;

  private static final int FIXED = 0x0C;

  private ColumnDefinition() {}

  /**
   * Appends a whole packet.
   *
   * @param collation of its values, by its number
   * @param type one of those above
   * @param length the longest value in bytes
   */
  public static void write(
      ByteBuf out, int sequence, String name, int collation, int type, long length) {
    int at = Packet.begin(out, sequence);
    LengthEncoded.write(out, "def");
    LengthEncoded.write(out, "");
    LengthEncoded.write(out, "");
    LengthEncoded.write(out, "");
    LengthEncoded.write(out, name);
    LengthEncoded.write(out, "");
    out.writeByte(FIXED)
        .writeShortLE(collation)
        .writeIntLE((int) length)
        .writeByte(type)
        .writeShortLE(0)
        .writeByte(type == TYPE_DOUBLE ? 31 : 0)
        .writeShortLE(0);
    Packet.end(out, at);
  }
}
