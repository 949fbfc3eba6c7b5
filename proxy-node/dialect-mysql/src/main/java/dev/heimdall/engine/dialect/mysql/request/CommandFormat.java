package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.session.RequestFormat;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;

/**
 * The commands of a client: a packet whose payload begins with the command, and those in which a
 * payload goes on that is too long for one. Each is a request by itself. A packet of another
 * sequence number than 0 belongs to a dialogue within a statement.
 */
final class CommandFormat implements RequestFormat {
  /** Command that an empty packet stands for. */
  static final byte NONE = 0;

  /** A packet that begins no command. */
  static final byte DATA = (byte) 0xFF;

  @Override
  public long total(ByteBuf in) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    long total = 0;
    while (end - at >= Packet.HEADER) {
      int payload = Packet.payload(in, at);
      total += Packet.HEADER + payload;
      if (payload < Packet.MAX_PAYLOAD) {
        return total == Packet.HEADER || end - in.readerIndex() > Packet.HEADER ? total : 0;
      }
      if (end - at < Packet.HEADER + payload) {
        return 0;
      }
      at += Packet.HEADER + payload;
    }
    return 0;
  }

  @Override
  public long least(ByteBuf in) {
    int at = in.readerIndex();
    long least = 0;
    while (in.writerIndex() - at >= Packet.HEADER) {
      least += Packet.HEADER + Packet.payload(in, at);
      at += Packet.HEADER + Packet.payload(in, at);
    }
    return least;
  }

  @Override
  public long claimed(ByteBuf in) {
    return Packet.payload(in, in.readerIndex());
  }

  @Override
  public byte type(ByteBuf in) {
    return typeOf(in);
  }

  /** The command that begins at the reader's position. */
  static byte typeOf(ByteBuf in) {
    int at = in.readerIndex();
    if (Packet.sequence(in, at) != 0) {
      return DATA;
    }
    return Packet.payload(in, at) == 0 ? NONE : in.getByte(at + Packet.HEADER);
  }

  /** Whatever its number: those of a long file come round to 0 again. */
  @Override
  public byte typeOfData(ByteBuf in) {
    return DATA;
  }

  @Override
  public boolean permits(byte type, long total, long most) {
    return total <= most;
  }

  @Override
  public boolean ofDialogue(byte type) {
    return type == DATA;
  }

  @Override
  public boolean terminates(byte type) {
    return type == Command.QUIT;
  }

  /** There are no batches. */
  @Override
  public boolean hasLastingTables() {
    return true;
  }

  @Override
  public boolean isQuery(byte type) {
    return true;
  }

  @Override
  public boolean begins(byte type) {
    return type != DATA;
  }

  @Override
  public int alone(ByteBuf in, int most, int statements) {
    long total = total(in);
    return runs(type(in)) && total <= Math.min(most, in.readableBytes()) ? (int) total : 0;
  }

  @Override
  public int whole(ByteBuf in, int most) {
    int length = alone(in, most, 1);
    return length == in.readableBytes() ? length : 0;
  }

  /** True if all that waits is one command, in a single packet. */
  static boolean isOnePacket(ByteBuf in) {
    int at = in.readerIndex();
    int payload = in.readableBytes() - Packet.HEADER;
    return payload > 0 && payload < Packet.MAX_PAYLOAD && payload == Packet.payload(in, at);
  }

  private static boolean runs(byte type) {
    return type == Command.QUERY || type == Command.STMT_EXECUTE;
  }

  @Override
  public boolean onlyPrepares(ByteBuf in) {
    return in.isReadable(Packet.HEADER + 1)
        && type(in) == Command.STMT_PREPARE
        && total(in) <= in.readableBytes();
  }

  @Override
  public int statement(ByteBuf in) {
    return (int) Math.min(total(in), in.readableBytes());
  }
}
