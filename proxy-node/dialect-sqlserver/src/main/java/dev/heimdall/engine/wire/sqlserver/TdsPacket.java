package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;

/**
 * The frame of everything: type, status, length with the header (big-endian), SPID (big-endian),
 * number of the packet, window. A message is one packet or more, the last of which has {@link
 * #EOM}.
 */
public final class TdsPacket {
  /** The protocol's name in TLS (ALPN), where TLS comes first. */
  public static final String TLS_PROTOCOL = "tds/8.0";

  /** Bytes of the header. */
  public static final int HEADER = 8;

  /** Bytes of the longest packet that can be agreed. */
  public static final int LONGEST = 32767;

  /** Bytes of the shortest packet size that can be agreed. */
  public static final int SHORTEST_AGREED = 512;

  /** Bytes of a packet while none was agreed. */
  public static final int INITIAL_SIZE = 4096;

  public static final int SQL_BATCH = 1;
  public static final int OLD_LOGIN = 2;
  public static final int RPC = 3;
  public static final int REPLY = 4;
  public static final int ATTENTION = 6;
  public static final int BULK_LOAD = 7;
  public static final int FEDAUTH_TOKEN = 8;
  public static final int TRANSACTION = 14;
  public static final int LOGIN7 = 16;
  public static final int SSPI = 17;
  public static final int PRELOGIN = 18;

  /** The status of a message's last packet. */
  public static final int EOM = 0x01;

  /** With {@link #EOM}: the message is to be ignored. */
  public static final int IGNORE = 0x02;

  /** In the first packet of a request: reset the connection before it. */
  public static final int RESET = 0x08;

  /** As {@link #RESET}, but the transaction stays. */
  public static final int RESET_KEEPING_TRANSACTION = 0x10;

  private static final int LENGTH_AT = 2;

  private TdsPacket() {}

  /** Appends a header with length 0; {@link #end} sets it. */
  public static int begin(ByteBuf out, int type, int status, int spid, int number) {
    int at = out.writerIndex();
    out.writeByte(type).writeByte(status).writeShort(0).writeShort(spid).writeShort(number << 8);
    return at;
  }

  /**
   * Ends the packet that begins at this place.
   *
   * @throws IllegalStateException for one that is longer than any packet
   */
  public static void end(ByteBuf out, int at) {
    int length = out.writerIndex() - at;
    if (length > LONGEST) {
      throw new IllegalStateException("a packet of " + length + " bytes");
    }
    out.setShort(at + LENGTH_AT, length);
  }

  /**
   * Appends a message in as many packets as it takes.
   *
   * @param payload read to its end
   * @param size of packets, as agreed
   */
  public static void write(ByteBuf out, int type, int status, int spid, int size, ByteBuf payload) {
    int number = 1;
    int first = status;
    do {
      int length = Math.min(payload.readableBytes(), size - HEADER);
      int last = length == payload.readableBytes() ? EOM : 0;
      out.writeByte(type).writeByte(first | last).writeShort(length + HEADER).writeShort(spid);
      out.writeByte(number++).writeByte(0).writeBytes(payload, length);
      first = status & ~(RESET | RESET_KEEPING_TRANSACTION);
    } while (payload.isReadable());
  }

  /** Appends an attention. */
  public static void writeAttention(ByteBuf out) {
    end(out, begin(out, ATTENTION, EOM, 0, 1));
  }
}
