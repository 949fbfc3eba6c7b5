package dev.heimdall.engine.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CoalescingBufferQueue;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.List;

/**
 * Between the network and a handler of TLS whose handshake travels in a protocol's own packets:
 * takes records out of these, and puts records into them. From the end of the handshake on records
 * travel by themselves, and this leaves.
 */
public final class HandshakeFraming extends ByteToMessageDecoder implements ChannelOutboundHandler {
  private final HandshakePackets packets;
  private final SslHandler tls;

  /** Bytes written of the handshake since the last flush. */
  private CoalescingBufferQueue unsent;

  /**
   * To be in its pipeline before the handler of TLS is, which may begin at once.
   *
   * @param tls whose handshake it is; of TLS 1.2, since with 1.3 a server goes on when its client
   *     has done, and the two would disagree on where packets end
   */
  public HandshakeFraming(HandshakePackets packets, SslHandler tls) {
    this.packets = packets;
    this.tls = tls;
    tls.engine().setEnabledProtocols(new String[] {"TLSv1.2"});
  }

  /** Its last records are written before this is so. */
  private boolean over() {
    return tls.handshakeFuture().isSuccess();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    unsent = new CoalescingBufferQueue(ctx.channel());
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    unsent.releaseAndFailAll(ctx, new ClosedChannelException());
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (!over()) {
      int header = packets.header();
      if (in.readableBytes() < header) {
        return;
      }
      int records = packets.records(in, in.readerIndex());
      if (records >= 0 && records <= packets.most()) {
        if (in.readableBytes() - header >= records) {
          out.add(in.skipBytes(header).readRetainedSlice(records));
        }
        return;
      }
    }
    ctx.pipeline().remove(this); // what is here goes on as it is, and is refused if it is no TLS
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object records, ChannelPromise promise) {
    if (!over()) {
      unsent.add((ByteBuf) records, promise);
      return;
    }
    sendUnsent(ctx);
    ctx.write(records, promise);
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    sendUnsent(ctx);
    ctx.flush();
  }

  private void sendUnsent(ChannelHandlerContext ctx) {
    while (!unsent.isEmpty()) {
      ChannelPromise promise = ctx.newPromise();
      ByteBuf records = unsent.remove(packets.most(), promise);
      ByteBuf header = ctx.alloc().buffer(packets.header());
      packets.begin(header, records.readableBytes(), unsent.isEmpty());
      ctx.write(header);
      ctx.write(records, promise);
    }
  }

  // ---- passed on

  @Override
  public void bind(ChannelHandlerContext ctx, SocketAddress local, ChannelPromise promise) {
    ctx.bind(local, promise);
  }

  @Override
  public void connect(
      ChannelHandlerContext ctx, SocketAddress to, SocketAddress local, ChannelPromise promise) {
    ctx.connect(to, local, promise);
  }

  @Override
  public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) {
    ctx.disconnect(promise);
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    ctx.close(promise);
  }

  @Override
  public void deregister(ChannelHandlerContext ctx, ChannelPromise promise) {
    ctx.deregister(promise);
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    ctx.read();
  }
}
