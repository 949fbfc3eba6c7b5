package dev.heimdall.engine.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;

/**
 * Says to a node that wants a PROXY header from connections of a load balancer's network that this
 * connection is its peer's own: version 2, LOCAL.
 */
public final class OwnProxyHeader extends ChannelInboundHandlerAdapter {
  private static final byte[] LOCAL = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x20, 0x00, 0x00, 0x00
  };

  private OwnProxyHeader() {}

  /**
   * Returns a handler that sends the header before the given handler is notified of the connection.
   */
  public static ChannelHandler before(ChannelHandler handler) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel.pipeline().addLast(new OwnProxyHeader(), handler);
      }
    };
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.writeAndFlush(Unpooled.wrappedBuffer(LOCAL));
    ctx.pipeline().remove(this);
    ctx.fireChannelActive();
  }
}
