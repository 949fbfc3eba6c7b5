package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.session.RequestFormat;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import io.netty.buffer.ByteBuf;

/**
 * The messages of a client, each in as many packets as it takes, and each a request by itself. Of a
 * long one that may stream, the packets that are here are its head, with a type of their own.
 */
final class MessageFormat implements RequestFormat {
  /** A message whose last packet says that the others are to be ignored. */
  static final byte IGNORED = 0;

  /** A message of calls, of which more is to come. */
  static final byte CALLS_HEAD = -TdsPacket.RPC;

  /** Rows of a bulk load, of which more are to come. */
  static final byte ROWS_HEAD = -TdsPacket.BULK_LOAD;

  /** A type that no message has. */
  private static final byte UNKNOWN = -1;

  /** Bytes that are collected of a message before it streams. */
  private static final int COLLECTED = 32 * 1024;

  /** True for the type of a message's head. */
  static boolean isHead(byte type) {
    return type == CALLS_HEAD || type == ROWS_HEAD;
  }

  /** Type of the message that a head belongs to, or of another message. */
  static byte ofMessage(byte type) {
    return isHead(type) ? (byte) -type : type;
  }

  /** The bytes of the message's packets, as far as headers are here. */
  private static long walk(ByteBuf in, boolean wholeOnly) {
    int at = in.readerIndex();
    while (in.writerIndex() - at >= TdsPacket.HEADER) {
      int length = in.getUnsignedShort(at + 2);
      if (length < TdsPacket.HEADER || in.getByte(at) != in.getByte(in.readerIndex())) {
        return -1;
      }
      at += length;
      boolean last = (in.getByte(at - length + 1) & TdsPacket.EOM) != 0;
      if (last || at > in.writerIndex()) {
        return last || !wholeOnly ? at - in.readerIndex() : 0;
      }
    }
    return wholeOnly ? 0 : at - in.readerIndex();
  }

  @Override
  public long total(ByteBuf in) {
    int head = head(in);
    return head > 0 && (lastStatus(in) & TdsPacket.IGNORE) == 0 ? head : walk(in, true);
  }

  /** Bytes of the message with its last packet; 0 where that is not here. */
  static long whole(ByteBuf in) {
    long whole = walk(in, true);
    return whole <= in.readableBytes() ? whole : 0;
  }

  /** Bytes of a message's packets ahead of its last one, if they are so many that it streams. */
  private static int head(ByteBuf in) {
    int at = in.readerIndex();
    int type = in.isReadable() ? in.getByte(at) : UNKNOWN;
    if (type != TdsPacket.RPC && type != TdsPacket.BULK_LOAD) {
      return 0;
    }
    while (in.writerIndex() - at >= TdsPacket.HEADER && (in.getByte(at + 1) & TdsPacket.EOM) == 0) {
      int length = in.getUnsignedShort(at + 2);
      if (length < TdsPacket.HEADER || at + length > in.writerIndex()) {
        break;
      }
      at += length;
    }
    int bytes = at - in.readerIndex();
    return bytes < COLLECTED ? 0 : bytes;
  }

  @Override
  public long least(ByteBuf in) {
    return Math.max(0, walk(in, false));
  }

  @Override
  public long claimed(ByteBuf in) {
    return in.getUnsignedShort(in.readerIndex() + 2);
  }

  @Override
  public byte type(ByteBuf in) {
    if ((lastStatus(in) & TdsPacket.IGNORE) != 0) {
      return IGNORED;
    }
    byte type = in.getByte(in.readerIndex());
    if (type <= 0) {
      return UNKNOWN;
    }
    return head(in) > 0 ? (byte) -type : type;
  }

  /** The status of the message's last packet, or of the last one whose header is here. */
  private static int lastStatus(ByteBuf in) {
    int at = in.readerIndex();
    int last = at;
    while (in.writerIndex() - at >= TdsPacket.HEADER) {
      last = at;
      int length = in.getUnsignedShort(at + 2);
      if (length < TdsPacket.HEADER || (in.getByte(at + 1) & TdsPacket.EOM) != 0) {
        break;
      }
      at += length;
    }
    return in.getByte(last + 1);
  }

  @Override
  public boolean permits(byte type, long total, long most) {
    return isHead(type) || total <= most;
  }

  @Override
  public boolean isQuery(byte type) {
    return type == TdsPacket.SQL_BATCH;
  }

  @Override
  public boolean begins(byte type) {
    return switch (type) {
      case TdsPacket.SQL_BATCH, TdsPacket.RPC, TdsPacket.TRANSACTION -> true;
      default -> false;
    };
  }

  @Override
  public int alone(ByteBuf in, int most, int statements) {
    long total = in.isReadable(TdsPacket.HEADER) && begins(type(in)) ? total(in) : 0;
    return total > 0 && total <= most && total <= in.readableBytes() ? (int) total : 0;
  }

  @Override
  public int whole(ByteBuf in, int most) {
    int length = alone(in, most, 1);
    return length == in.readableBytes() ? length : 0;
  }

  @Override
  public int statement(ByteBuf in) {
    return (int) Math.min(total(in), in.readableBytes());
  }
}
