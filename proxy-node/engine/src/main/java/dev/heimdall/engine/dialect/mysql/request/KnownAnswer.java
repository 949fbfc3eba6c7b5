package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * What a server has answered to the preparation of a statement: how many parameters it takes and
 * what columns it gives. Another client that prepares the same text is answered by it.
 */
final class KnownAnswer {
  private static final int ID = Packet.HEADER + 1;

  private final byte[] packets;

  KnownAnswer(byte[] packets) {
    this.packets = packets;
  }

  /** The same with the number by which this client knows the statement. */
  ByteBuf numbered(int id, ByteBufAllocator alloc) {
    return alloc.buffer(packets.length).writeBytes(packets).setIntLE(ID, id);
  }

  int parameters() {
    return (packets[ID + 6] & 0xFF) | (packets[ID + 7] & 0xFF) << 8;
  }
}
