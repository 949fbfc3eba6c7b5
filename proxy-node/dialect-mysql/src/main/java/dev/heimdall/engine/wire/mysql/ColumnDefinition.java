package dev.heimdall.engine.wire.mysql;

import io.netty.buffer.ByteBuf;

/** Columns of results: their types, and definitions of those that the node itself gives. */
public final class ColumnDefinition {
  public static final int TYPE_DECIMAL = 0x00;
  public static final int TYPE_TINY = 0x01;
  public static final int TYPE_SHORT = 0x02;
  public static final int TYPE_LONG = 0x03;
  public static final int TYPE_FLOAT = 0x04;
  public static final int TYPE_DOUBLE = 0x05;
  public static final int TYPE_NULL = 0x06;
  public static final int TYPE_TIMESTAMP = 0x07;
  public static final int TYPE_LONGLONG = 0x08;
  public static final int TYPE_INT24 = 0x09;
  public static final int TYPE_DATE = 0x0A;
  public static final int TYPE_TIME = 0x0B;
  public static final int TYPE_DATETIME = 0x0C;
  public static final int TYPE_YEAR = 0x0D;
  public static final int TYPE_VARCHAR = 0x0F;
  public static final int TYPE_BIT = 0x10;
  public static final int TYPE_JSON = 0xF5;
  public static final int TYPE_NEWDECIMAL = 0xF6;
  public static final int TYPE_TINY_BLOB = 0xF9;
  public static final int TYPE_MEDIUM_BLOB = 0xFA;
  public static final int TYPE_LONG_BLOB = 0xFB;
  public static final int TYPE_BLOB = 0xFC;
  public static final int TYPE_VAR_STRING = 0xFD;
  public static final int TYPE_STRING = 0xFE;

  /** Digits behind the decimal point where there may be any number of them. */
  public static final int ANY_DECIMALS = 31;

  /** Flags of values that have no length of their own in the column, and of bytes. */
  public static final int FLAG_BLOB = 0x10;

  public static final int FLAG_BINARY = 0x80;

  /** The collation of numbers. */
  public static final int BINARY = 63;

  private static final int FIXED = 0x0C;

  private ColumnDefinition() {}

  /** True if values of this type may be longer than 65,535 bytes, of whatever character set. */
  public static boolean isBlob(int type) {
    return type >= TYPE_TINY_BLOB && type <= TYPE_BLOB;
  }

  /**
   * Appends a whole packet.
   *
   * @param collation of its values, by its number
   * @param type one of those above
   * @param length the longest value in bytes
   */
  public static void write(
      ByteBuf out, int sequence, String name, int collation, int type, long length) {
    int decimals = type == TYPE_DOUBLE ? ANY_DECIMALS : 0;
    write(out, sequence, name, collation, type, length, 0, decimals);
  }

  /** Appends a whole packet with flags, and with digits after the decimal point. */
  public static void write(
      ByteBuf out,
      int sequence,
      String name,
      int collation,
      int type,
      long length,
      int flags,
      int decimals) {
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
        .writeShortLE(flags)
        .writeByte(decimals)
        .writeShortLE(0);
    Packet.end(out, at);
  }
}
