package dev.heimdall.engine.backend;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;

/**
 * A log-in that reads what the server sends as it comes, and how it ends when nothing more does.
 */
public abstract class LogInDecoder extends ByteToMessageDecoder implements LogInHandler {
  /** Closes the connection and says why, unless the log-in is over. */
  protected abstract void fail(ChannelHandlerContext ctx, ConnectFailure failure);

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    super.channelInactive(ctx);
    fail(ctx, ConnectFailure.unreachable("the server closed the connection during log-in"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(
        ctx,
        ConnectFailure.unreachable("the connection failed during log-in: " + cause.getMessage()));
  }

  @Override
  public void expire(ChannelHandlerContext ctx) {
    fail(ctx, ConnectFailure.unreachable("the server did not finish the log-in in time"));
  }
}
