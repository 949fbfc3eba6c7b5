package dev.heimdall.engine.dialect.sqlserver.login;

import dev.heimdall.engine.net.HandshakePackets;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import io.netty.buffer.ByteBuf;

/** Packets of type PRELOGIN with TLS records in them, from either side. */
public final class PreloginPackets implements HandshakePackets {
  @Override
  public int header() {
    return TdsPacket.HEADER;
  }

  @Override
  public int most() {
    return TdsPacket.LONGEST - TdsPacket.HEADER;
  }

  @Override
  public int records(ByteBuf in, int at) {
    return in.getUnsignedByte(at) == TdsPacket.PRELOGIN
        ? in.getUnsignedShort(at + 2) - TdsPacket.HEADER
        : -1;
  }

  @Override
  public void begin(ByteBuf out, int records, boolean last) {
    int at = TdsPacket.begin(out, TdsPacket.PRELOGIN, last ? TdsPacket.EOM : 0, 0, 0);
    out.setShort(at + 2, TdsPacket.HEADER + records);
  }
}
