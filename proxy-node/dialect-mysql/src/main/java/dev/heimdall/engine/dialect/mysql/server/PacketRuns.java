package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.backend.ReplyDelivery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;

/**
 * Output of a server, packet by packet, in the buffers into which it was read: gathers the packets
 * that must be judged whole, and hands runs of them to their owner without copying them.
 */
final class PacketRuns {
  private static final int SMALLEST_CARRY = 64;
  private static final int LARGEST_CARRY = 64 * 1024;

  /** Judge that knows the meaning of packets. */
  interface Judge {
    /**
     * Returns the number of bytes of the packet at this offset that must be present before it can
     * be judged.
     */
    int wanted(ByteBuf from, int index, int end);

    /**
     * The packet that was come to: it is skipped, or ends an answer, or nothing goes on.
     *
     * @return whether there may be more behind it
     */
    boolean packet();

    /**
     * Judges the received part of an unfinished answer that is about to be handed out.
     *
     * @return whether it is dropped
     */
    boolean dropsPart(int bytes);
  }

  private final ServerConnection connection;
  private final ReplyDelivery delivery;
  private final Judge judge;

  /** Number of bytes still missing from a packet whose beginning was examined. */
  private int remaining;

  private boolean dropRemaining;

  /** The beginning of what must be looked at whole. */
  private ByteBuf carry;

  // ---- one buffer

  private ByteBuf in;

  /** Start of the data that was not handed out, and offset of the current packet. */
  private int start;

  private int at;

  PacketRuns(ServerConnection connection, ReplyDelivery delivery, Judge judge) {
    this.connection = connection;
    this.delivery = delivery;
    this.judge = judge;
  }

  void read(ByteBuf consumed) {
    boolean done;
    try {
      done = connection.closed() || (carry != null && !completeCarry(consumed));
    } catch (RuntimeException | Error cause) {
      consumed.release();
      throw cause;
    }
    if (!done && consumed.isReadable() && !connection.closed()) {
      scan(consumed);
    } else {
      consumed.release();
    }
  }

  /** Adds what the packet that was cut off lacks and no more. */
  private boolean completeCarry(ByteBuf more) {
    ByteBuf held = carry;
    int wanted = judge.wanted(held, held.readerIndex(), held.writerIndex());
    while (held.readableBytes() < wanted) {
      if (!more.isReadable()) {
        return false;
      }
      held.writeBytes(more, Math.min(wanted - held.readableBytes(), more.readableBytes()));
      wanted = judge.wanted(held, held.readerIndex(), held.writerIndex());
    }
    carry = null;
    scan(held);
    return true;
  }

  private void scan(ByteBuf buffer) {
    in = buffer;
    try {
      walk();
    } finally {
      if (in != null) {
        in.release();
        in = null;
      }
    }
  }

  private void walk() {
    int begin = in.readerIndex();
    int end = in.writerIndex();
    start = begin;
    at = begin;
    while (at < end && !connection.closed()) {
      if (remaining > 0) {
        int step = Math.min(remaining, end - at);
        remaining -= step;
        at += step;
        if (dropRemaining) {
          start = at;
        }
        continue;
      }
      if (end - at < judge.wanted(in, at, end)) {
        break;
      }
      if (!judge.packet() || in == null) {
        return; // nothing goes on, or all was handed over
      }
    }
    if (connection.closed()) {
      return;
    }
    if (at < end) {
      int wanted = judge.wanted(in, at, end);
      carry = connection.allocate(Math.max(SMALLEST_CARRY, Math.min(wanted, LARGEST_CARRY)));
      carry.writeBytes(in, at, end - at);
    }
    if (at > start && judge.dropsPart(at - start)) {
      drop();
    }
    if (start == begin && at == end && delivery.recipient() != null) {
      handOver();
    } else {
      delivery.pass(in, start, at);
    }
  }

  /** The owner gets the whole buffer. */
  private void handOver() {
    ByteBuf whole = in;
    in = null;
    delivery.recipient().reply(connection, whole);
  }

  // ---- the packet that was come to

  /** The buffer, in which its payload begins at {@link #body}. */
  ByteBuf bytes() {
    return in;
  }

  int body() {
    return at + Packet.HEADER;
  }

  int length() {
    return Packet.payload(in, at);
  }

  int sequence() {
    return Packet.sequence(in, at);
  }

  ByteBuf payload(int length) {
    return in.slice(body(), length);
  }

  /** The bytes of the whole packet, to be written anew in no more of them. */
  ByteBuf place(int length) {
    return in.slice(at, Packet.HEADER + length).writerIndex(0);
  }

  /** Hands out what came before it and was not handed out yet. */
  void pass() {
    delivery.pass(in, start, at);
    start = at;
  }

  /** Drops the data before the current packet that was not handed out yet. */
  void drop() {
    start = at;
  }

  /** Goes on behind it: it becomes part of the run, or is dropped. */
  void skip(int length, boolean drops) {
    if (drops) {
      pass();
    }
    int total = Packet.HEADER + length;
    int here = Math.min(total, in.writerIndex() - at);
    remaining = total - here;
    dropRemaining = drops;
    at += here;
    if (drops) {
      start = at;
    }
  }

  /**
   * Goes on behind packets that are here whole, are numbered on and begin with less than this: they
   * become part of the run.
   *
   * @param number the first one's
   * @return how many there were
   */
  int skipAlike(int number, int below) {
    int end = in.writerIndex();
    int count = 0;
    while (end - at > Packet.HEADER) {
      int header = in.getIntLE(at);
      int length = header & Packet.MAX_PAYLOAD;
      if (header >>> 24 != (number + count & 0xFF)
          || length == 0
          || length == Packet.MAX_PAYLOAD // it goes on in another one
          || length > end - at - Packet.HEADER
          || in.getUnsignedByte(at + Packet.HEADER) >= below) {
        break;
      }
      at += Packet.HEADER + length;
      count++;
    }
    return count;
  }

  /** Leaves out bytes behind a packet that was skipped, which were part of it. */
  void cut(int bytes) {
    if (bytes > 0) {
      pass();
      at += bytes;
      start = at;
    }
  }

  /** A copy of it, which is dropped from what is handed out. */
  ByteBuf takeOut(int length) {
    ByteBuf copy = in.copy(at, Packet.HEADER + length);
    skip(length, true);
    return copy;
  }

  /**
   * It ends an answer: the run is handed out with it, or without it.
   *
   * @param cut bytes behind it that were part of it
   */
  void end(int length, int cut, boolean drops) {
    if (drops) {
      pass();
    }
    int to = body() + length;
    at = to + cut;
    boolean whole = at == in.writerIndex() && start == in.readerIndex();
    if (!drops && whole && delivery.recipient() != null) {
      in.writerIndex(to);
      handOver();
      return;
    }
    if (!drops) {
      delivery.pass(in, start, to);
    }
    start = at;
  }

  // ---- in between

  /** True if an owner has had the beginning of a packet whose rest is still to come. */
  boolean cutOff() {
    return remaining > 0 && !dropRemaining;
  }

  /** Nothing comes any more. */
  void lost() {
    if (carry != null) {
      carry.release();
      carry = null;
    }
  }
}
