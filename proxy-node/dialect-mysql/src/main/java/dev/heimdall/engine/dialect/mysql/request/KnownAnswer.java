package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;

/**
 * Answer of a server to the preparation of a statement: the number of its parameters and its
 * columns. Another client that prepares the same text is answered by it.
 */
final class KnownAnswer {
  private static final int ID = Packet.HEADER + 1;

  /** The length of a first packet that says how many warnings there are. */
  private static final int WITH_WARNINGS = 12;

  /**
   * Tables change past the node as well, and a client that prepares a text anew is to hear of that:
   * within this time, however seldom the catalogue is read.
   */
  private static final long GOOD_FOR_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final byte[] packets;
  private final long since;

  /**
   * @param since when the server was asked at the latest
   */
  KnownAnswer(byte[] packets, long since) {
    this.packets = packets;
    this.since = since;
  }

  /** True if a server would still answer so, as far as is known. */
  boolean isGood(long now) {
    return now - since < GOOD_FOR_NANOS;
  }

  /** Returns the answer with the number by which this client knows the statement. */
  ByteBuf numbered(int id, ByteBufAllocator alloc) {
    return alloc.buffer(packets.length).writeBytes(packets).setIntLE(ID, id);
  }

  int parameters() {
    return number(ID + 6);
  }

  /** True if the server has warned of the statement, which its client may ask it about. */
  boolean warns() {
    return packets[0] >= WITH_WARNINGS && number(ID + 9) > 0;
  }

  private int number(int at) {
    return (packets[at] & 0xFF) | (packets[at + 1] & 0xFF) << 8;
  }
}
