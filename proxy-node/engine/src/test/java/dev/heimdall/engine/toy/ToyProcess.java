package dev.heimdall.engine.toy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;

/** A server process of the toy dialect behind a channel of any kind. */
public final class ToyProcess extends ChannelInboundHandlerAdapter {
  private final int processId;
  private ToyServer server;

  public ToyProcess(int processId) {
    this.processId = processId;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    server = new ToyServer(processId, ctx::writeAndFlush);
    server.greet();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object bytes) {
    server.take((ByteBuf) bytes);
  }

  /** What it was asked for since this was last asked. */
  public List<String> requests() {
    return server.requests();
  }

  /** What it was sent that it must not be. */
  public List<String> violations() {
    return server.violations();
  }
}
