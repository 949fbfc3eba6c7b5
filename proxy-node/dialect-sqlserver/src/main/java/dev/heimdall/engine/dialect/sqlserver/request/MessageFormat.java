package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.session.RequestFormat;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import io.netty.buffer.ByteBuf;

/** The messages of a client, each in as many packets as it takes, and each a request by itself. */
final class MessageFormat implements RequestFormat {
  /** A message whose last packet says that the others are to be ignored. */
  static final byte IGNORED = 0;

  /** The bytes of the message's packets, as far as headers are here. */
  private static long walk(ByteBuf in, boolean wholeOnly) {
    int at = in.readerIndex();
    while (in.writerIndex() - at >= TdsPacket.HEADER) {
      int length = in.getUnsignedShort(at + 2);
      if (length < TdsPacket.HEADER) {
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
    return walk(in, true);
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
    return (in.getByte(last + 1) & TdsPacket.IGNORE) != 0 ? IGNORED : in.getByte(in.readerIndex());
  }

  @Override
  public boolean permits(byte type, long total, long most) {
    return total <= most;
  }

  @Override
  public boolean ofDialogue(byte type) {
    return false;
  }

  /** Clients close the socket. */
  @Override
  public boolean terminates(byte type) {
    return false;
  }

  @Override
  public boolean endsBatch(byte type) {
    return false;
  }

  @Override
  public boolean standsAlone(byte type) {
    return true;
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
  public boolean flushes(byte type) {
    return false;
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
  public boolean prepares(ByteBuf batch) {
    return false;
  }

  @Override
  public int statement(ByteBuf in) {
    return (int) Math.min(total(in), in.readableBytes());
  }
}
