package dev.heimdall.engine.admin;

import dev.heimdall.engine.net.OwnTime;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;

/**
 * Gives a request that has begun to arrive a deadline for its headers, and another for its body.
 * Sees bytes before they are decoded; {@link Parts}, behind the codec, what was decoded of them.
 */
final class ArrivingRequest extends ChannelInboundHandlerAdapter {
  private final OwnTime time;
  private final Duration headers;
  private final Duration body;
  private OwnTime.Limit deadline;

  /**
   * @param time that of the listener's thread
   */
  ArrivingRequest(OwnTime time, Duration headers, Duration body) {
    this.time = time;
    this.headers = headers;
    this.body = body;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (deadline == null && ((ByteBuf) message).isReadable()) {
      within(ctx, headers);
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    over();
    ctx.fireChannelInactive();
  }

  private void within(ChannelHandlerContext ctx, Duration limit) {
    over();
    deadline = time.after(limit, ctx::close);
  }

  private void over() {
    if (deadline != null) {
      deadline.cancel();
      deadline = null;
    }
  }

  /** Behind the codec: sees the headers, and the end of the request. */
  final class Parts extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof LastHttpContent) {
        over();
      } else if (message instanceof HttpRequest) {
        within(ctx, body);
      }
      ctx.fireChannelRead(message);
    }
  }
}
