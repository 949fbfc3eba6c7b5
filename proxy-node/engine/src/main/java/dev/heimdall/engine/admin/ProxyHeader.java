package dev.heimdall.engine.admin;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Passes over a PROXY header of version 2 in front of the first request: a load balancer that sends
 * it to the ports of virtual databases puts it before its health checks, too. From anybody, as
 * nothing here is decided by what it says; who asks is still known by the connection's own address.
 */
final class ProxyHeader extends ByteToMessageDecoder {
  private static final byte[] SIGNATURE = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };
  private static final int FIXED = SIGNATURE.length + 4;
  private static final int VERSION = 2;

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    int seen = Math.min(in.readableBytes(), SIGNATURE.length);
    for (int i = 0; i < seen; i++) {
      if (in.getByte(in.readerIndex() + i) != SIGNATURE[i]) {
        ctx.pipeline().remove(this);
        return;
      }
    }
    if (in.readableBytes() < FIXED) {
      return;
    }
    int version = in.getUnsignedByte(in.readerIndex() + SIGNATURE.length) >> 4;
    if (version != VERSION) {
      in.skipBytes(in.readableBytes());
      ctx.close();
      return;
    }
    int whole = FIXED + in.getUnsignedShort(in.readerIndex() + FIXED - 2);
    if (in.readableBytes() >= whole) {
      in.skipBytes(whole);
      ctx.pipeline().remove(this);
    }
  }
}
