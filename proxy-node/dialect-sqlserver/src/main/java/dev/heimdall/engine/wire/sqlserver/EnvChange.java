package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;

/**
 * Changes of the session that servers report: a type, the new value, the old one. The readers take
 * the place and the length behind the type, as {@link TdsReplyListener#environment} has them.
 */
public final class EnvChange {
  public static final int DATABASE = 1;
  public static final int LANGUAGE = 2;
  public static final int CHARACTER_SET = 3;
  public static final int PACKET_SIZE = 4;
  public static final int LOCALE = 5;
  public static final int COMPARISON = 6;
  public static final int COLLATION = 7;
  public static final int BEGIN_TRANSACTION = 8;
  public static final int COMMIT_TRANSACTION = 9;
  public static final int ROLLBACK_TRANSACTION = 10;
  public static final int ENLIST_DTC = 11;
  public static final int DEFECT_TRANSACTION = 12;
  public static final int MIRROR = 13;
  public static final int PROMOTE_TRANSACTION = 15;
  public static final int TRANSACTION_MANAGER = 16;
  public static final int TRANSACTION_ENDED = 17;
  public static final int RESET_ACKNOWLEDGED = 18;
  public static final int USER_INSTANCE = 19;
  public static final int ROUTING = 20;
  public static final int ENHANCED_ROUTING = 21;

  private static final int DESCRIPTOR_BYTES = 8;

  /**
   * Another server to log in to.
   *
   * @param database only with {@link #ENHANCED_ROUTING}; otherwise empty
   */
  public record Route(int port, String host, String database) {}

  private EnvChange() {}

  /** The new value of what is a string: database, language, packet size and the like. */
  public static String newText(ByteBuf in, int at, int length) {
    return TdsStrings.readByte(in.slice(at, length));
  }

  /** The old value of what is a string. */
  public static String oldText(ByteBuf in, int at, int length) {
    ByteBuf value = in.slice(at, length);
    TdsStrings.readByte(value);
    return TdsStrings.readByte(value);
  }

  /** The new value of what is bytes behind one byte of length: a collation of five. */
  public static byte[] newBytes(ByteBuf in, int at, int length) {
    ByteBuf value = in.slice(at, length);
    int bytes = TdsStrings.need(value, 1).readUnsignedByte();
    byte[] read = new byte[bytes];
    TdsStrings.need(value, bytes).readBytes(read);
    return read;
  }

  /** The descriptor of the transaction that began, or 0. */
  public static long newTransaction(ByteBuf in, int at, int length) {
    if (length < 1 + DESCRIPTOR_BYTES || in.getUnsignedByte(at) != DESCRIPTOR_BYTES) {
      return 0;
    }
    return in.getLongLE(at + 1);
  }

  /**
   * Puts another descriptor in the place of the one that begins, or ends: for a client, all
   * transactions have the same, whichever server carries them out.
   */
  public static void setTransaction(ByteBuf in, int at, int length, long descriptor) {
    int place = length > 0 && in.getUnsignedByte(at) == 0 ? at + 1 : at;
    if (newTransaction(in, place, length - (place - at)) != 0) {
      in.setLongLE(place + 1, descriptor);
    }
  }

  /** The descriptor of the transaction that ended, or 0. */
  public static long oldTransaction(ByteBuf in, int at, int length) {
    int before = length < 1 ? 0 : 1 + in.getUnsignedByte(at);
    return before > length ? 0 : newTransaction(in, at + before, length - before);
  }

  /**
   * Where a server sends its clients, from a {@link #ROUTING} or {@link #ENHANCED_ROUTING}.
   *
   * @throws TdsProtocolException for what is no route over TCP
   */
  public static Route route(int type, ByteBuf in, int at, int length) {
    ByteBuf value = in.slice(at, length);
    TdsStrings.need(value, 2).skipBytes(2);
    if (TdsStrings.need(value, 3).readUnsignedByte() != 0) {
      throw new TdsProtocolException("a route of an unknown protocol");
    }
    int port = value.readUnsignedShortLE();
    String host = TdsStrings.readShort(value);
    return new Route(port, host, type == ENHANCED_ROUTING ? TdsStrings.readShort(value) : "");
  }

  /** Appends a token whose values are strings. */
  public static void writeText(ByteBuf out, int type, String newValue, String oldValue) {
    int at = begin(out, type);
    TdsStrings.writeByte(out, newValue);
    TdsStrings.writeByte(out, oldValue);
    TdsWriter.endToken(out, at);
  }

  /** Appends a token whose values are bytes: a collation, or nothing twice. */
  public static void writeBytes(ByteBuf out, int type, byte[] newValue, byte[] oldValue) {
    int at = begin(out, type);
    out.writeByte(newValue.length).writeBytes(newValue);
    out.writeByte(oldValue.length).writeBytes(oldValue);
    TdsWriter.endToken(out, at);
  }

  /** Appends the begin of a transaction. */
  public static void writeBegin(ByteBuf out, long descriptor) {
    int at = begin(out, BEGIN_TRANSACTION);
    out.writeByte(DESCRIPTOR_BYTES).writeLongLE(descriptor).writeByte(0);
    TdsWriter.endToken(out, at);
  }

  /** Appends the end of a transaction, of this type. */
  public static void writeEnd(ByteBuf out, int type, long descriptor) {
    int at = begin(out, type);
    out.writeByte(0).writeByte(DESCRIPTOR_BYTES).writeLongLE(descriptor);
    TdsWriter.endToken(out, at);
  }

  /** Appends the acknowledgement of a reset. */
  public static void writeReset(ByteBuf out) {
    int at = begin(out, RESET_ACKNOWLEDGED);
    out.writeShort(0);
    TdsWriter.endToken(out, at);
  }

  /** Appends a route to another server. */
  public static void writeRoute(ByteBuf out, Route route) {
    int at = begin(out, route.database().isEmpty() ? ROUTING : ENHANCED_ROUTING);
    int length = out.writerIndex();
    out.writeShortLE(0).writeByte(0).writeShortLE(route.port());
    TdsStrings.writeShort(out, route.host());
    if (!route.database().isEmpty()) {
      TdsStrings.writeShort(out, route.database());
    }
    out.setShortLE(length, out.writerIndex() - length - 2);
    out.writeShortLE(0);
    TdsWriter.endToken(out, at);
  }

  private static int begin(ByteBuf out, int type) {
    int at = TdsWriter.beginToken(out, TdsToken.ENV_CHANGE);
    out.writeByte(type);
    return at;
  }
}
