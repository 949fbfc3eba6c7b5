package dev.heimdall.engine.wire.mysql;

import io.netty.buffer.ByteBuf;

/** The end of column definitions or of rows, where EOF packets are not deprecated. */
public final class EofPacket {
  public static final int FIRST = 0xFE;

  /** Bytes of its payload. */
  public static final int LENGTH = 5;

  /** Longer payloads that begin so are rows. */
  private static final int LONGEST = 8;

  private EofPacket() {}

  /** True if a payload of this length that begins with {@link #FIRST} is one. */
  public static boolean fits(int length) {
    return length <= LONGEST;
  }

  /** The flags in the payload at this place. */
  public static int status(ByteBuf in, int at) {
    return in.getUnsignedShortLE(at + 3);
  }

  /** Number of warnings, from the payload at this offset. */
  public static int warnings(ByteBuf in, int at) {
    return in.getUnsignedShortLE(at + 1);
  }

  /** Appends a whole packet. */
  public static void write(ByteBuf out, int sequence, int warnings, int status) {
    int at = Packet.begin(out, sequence);
    out.writeByte(FIRST).writeShortLE(warnings).writeShortLE(status);
    Packet.end(out, at);
  }
}
