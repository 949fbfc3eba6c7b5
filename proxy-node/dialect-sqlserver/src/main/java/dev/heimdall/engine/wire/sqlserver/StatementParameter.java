package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Type and value of a parameter that is the text of a statement, as calls have it. */
public final class StatementParameter {
  private static final int MAX = 0xFFFF;
  private static final int NULL = -1;
  private static final int TYPE = 1;
  private static final int SHORT_MAXIMUM = 2;
  private static final int LONG_MAXIMUM = 4;

  /** Latin1_General_CI_AS: the text is UTF-16, whatever it says. */
  private static final byte[] COLLATION = {0x09, 0x04, (byte) 0xD0, 0x00, 0x34};

  private static final int CHUNKS_TOTAL = 8;

  private StatementParameter() {}

  /** Appends it as ntext, which may be of any length in all versions; null is NULL. */
  public static void write(ByteBuf out, String value) {
    int bytes = value == null ? 0 : 2 * value.length();
    out.writeByte(TypedWalk.N_TEXT).writeIntLE(Math.max(2, bytes)).writeBytes(COLLATION);
    out.writeIntLE(value == null ? NULL : bytes);
    if (value != null) {
      out.writeCharSequence(value, StandardCharsets.UTF_16LE);
    }
  }

  /** Bytes between the type and the text. */
  static int bytesBefore(int code, int kind) {
    int type = TYPE + COLLATION.length;
    if (kind == TypedWalk.CHUNKS) {
      return type + SHORT_MAXIMUM + CHUNKS_TOTAL + 4;
    }
    return code == TypedWalk.N_TEXT ? type + LONG_MAXIMUM + 4 : type + SHORT_MAXIMUM + 2;
  }

  /**
   * Returns the place behind one that is whole and not NULL.
   *
   * @param at the type's place
   */
  public static int end(ByteBuf in, int at) {
    if (in.getUnsignedByte(at) == TypedWalk.N_TEXT) {
      int length = at + TYPE + LONG_MAXIMUM + COLLATION.length;
      return length + 4 + in.getIntLE(length);
    }
    int place = at + TYPE + SHORT_MAXIMUM + COLLATION.length;
    if (in.getUnsignedShortLE(at + TYPE) != MAX) {
      return place + 2 + in.getUnsignedShortLE(place);
    }
    place += CHUNKS_TOTAL;
    int chunk = in.getIntLE(place);
    while (chunk != 0) {
      place += 4 + chunk;
      chunk = in.getIntLE(place);
    }
    return place + 4;
  }
}
