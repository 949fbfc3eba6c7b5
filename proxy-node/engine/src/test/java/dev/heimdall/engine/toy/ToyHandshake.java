package dev.heimdall.engine.toy;

import dev.heimdall.engine.net.HandshakePackets;
import io.netty.buffer.ByteBuf;

/** Frames of which several may hold what is sent at a time, or one record. */
final class ToyHandshake implements HandshakePackets {
  static final int MOST = 100;

  @Override
  public int header() {
    return ToyFrame.HEADER;
  }

  @Override
  public int most() {
    return MOST;
  }

  @Override
  public int records(ByteBuf in, int at) {
    byte type = in.getByte(at);
    return type == ToyFrame.HANDSHAKE || type == ToyFrame.HANDSHAKE_END
        ? in.getUnsignedShort(at + 5)
        : -1;
  }

  @Override
  public void begin(ByteBuf out, int records, boolean last) {
    byte type = last ? ToyFrame.HANDSHAKE_END : ToyFrame.HANDSHAKE;
    out.writeByte(type).writeInt(0).writeShort(records);
  }
}
