package dev.heimdall.manager.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * One connection: one request after the other, each answered before the next is looked at. Whatever
 * it waits for its client to do has a deadline.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter
    implements CallerSlots.Caller, BodyMemory.Holder {
  private enum Phase {
    /** Nothing of a request is there. */
    IDLE,
    HEADERS,
    BODY,
    /** It is carried out. */
    WORK,
    /** The client takes the reply. */
    REPLY,
    /** The last reply was taken; what still comes is not looked at. */
    LEAVING
  }

  private final Endpoint endpoint;
  private final CallerSlots slots;
  private final Channel channel;
  private final InetAddress from;
  private Phase phase = Phase.IDLE;
  private ScheduledFuture<?> deadline;
  private ArrivingRequest arriving;

  /** Parts that came in one piece with those before them; no more are read until they are taken. */
  private final Queue<HttpObject> decoded = new ArrayDeque<>();

  private boolean wantsNext;
  private boolean taking;

  HttpConnection(Endpoint endpoint, CallerSlots slots, Channel channel, InetAddress from) {
    this.endpoint = endpoint;
    this.slots = slots;
    this.channel = channel;
    this.from = from;
  }

  /** Stands before the decoder. */
  ChannelInboundHandler firstBytes() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (phase == Phase.IDLE) {
          enter(Phase.HEADERS, endpoint.bounds().headers());
        }
        ctx.fireChannelRead(message);
      }
    };
  }

  @Override
  public InetAddress from() {
    return from;
  }

  @Override
  public boolean awaited() {
    return phase != Phase.WORK;
  }

  @Override
  public boolean arriving() {
    return phase == Phase.BODY;
  }

  @Override
  public void evict() {
    channel.close();
  }

  private void enter(Phase next, Duration time) {
    phase = next;
    if (deadline != null) {
      deadline.cancel(false);
    }
    deadline =
        channel.eventLoop().schedule(() -> channel.close(), time.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    enter(Phase.IDLE, endpoint.bounds().idle());
    readNext(ctx);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    endpoint.bodies().back(this);
    forgetDecoded();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (phase == Phase.LEAVING) {
      ReferenceCountUtil.release(message);
      return;
    }
    decoded.add((HttpObject) message);
    takeDecoded(ctx);
  }

  /** Has the next part read; one that has come with those before it, at once. */
  private void readNext(ChannelHandlerContext ctx) {
    wantsNext = true;
    takeDecoded(ctx);
  }

  private void takeDecoded(ChannelHandlerContext ctx) {
    if (taking) {
      return;
    }
    taking = true;
    while (wantsNext && !decoded.isEmpty()) {
      wantsNext = false;
      HttpObject part = decoded.poll();
      try {
        read(ctx, part);
      } finally {
        ReferenceCountUtil.release(part);
      }
    }
    taking = false;
    if (wantsNext) {
      ctx.read();
    }
  }

  private void forgetDecoded() {
    decoded.forEach(ReferenceCountUtil::release);
    decoded.clear();
  }

  private void read(ChannelHandlerContext ctx, HttpObject part) {
    try {
      if (part instanceof HttpRequest head) {
        arriving = ArrivingRequest.begin(head, from);
        enter(Phase.BODY, endpoint.bounds().body());
        if (arriving.expectsContinue() && !arriving.isTooLarge()) {
          ctx.writeAndFlush(
              new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
      }
      if (part instanceof HttpContent content) {
        arriving.add(content, bytes -> endpoint.bodies().take(this, bytes));
      }
    } catch (Refusal e) {
      // How the request goes on, or where it ends, is not known.
      reply(ctx, e.answer(), false);
      return;
    }
    if (part instanceof LastHttpContent) {
      work(ctx, arriving.keepsAlive());
    } else if (arriving.isGivenUp()) {
      work(ctx, false);
    } else {
      readNext(ctx);
    }
  }

  private void work(ChannelHandlerContext ctx, boolean keepAlive) {
    deadline.cancel(false);
    phase = Phase.WORK;
    Request request = arriving.request();
    arriving = null;
    if (Paths.isHealth(request.path())) {
      reply(ctx, endpoint.paths().answer(request), keepAlive);
    } else if (!endpoint
        .workers()
        .begin(
            from,
            () -> endpoint.paths().answer(request),
            answer -> reply(ctx, answer, keepAlive))) {
      reply(
          ctx,
          Reports.busy("The manager is busy with other requests: try again.").answer(),
          keepAlive);
    }
  }

  private void reply(ChannelHandlerContext ctx, Answer answer, boolean keepAlive) {
    endpoint.bodies().back(this);
    if (!channel.isActive()) {
      return;
    }
    enter(Phase.REPLY, endpoint.bounds().reply());
    FullHttpResponse response = answer.response();
    response.headers().set(HttpHeaderNames.CONNECTION, keepAlive ? "keep-alive" : "close");
    ctx.writeAndFlush(response)
        .addListener(
            (ChannelFutureListener)
                sent -> {
                  if (!sent.isSuccess()) {
                    channel.close();
                  } else if (keepAlive) {
                    slots.answered(from, this);
                    enter(Phase.IDLE, endpoint.bounds().idle());
                    readNext(ctx);
                  } else {
                    leave(ctx);
                  }
                });
  }

  /**
   * Ends the connection on this side, and reads on for a moment: a connection that is closed over
   * bytes that nobody has read is reset, and its client may lose the reply.
   */
  private void leave(ChannelHandlerContext ctx) {
    enter(Phase.LEAVING, Bounds.LEAVING);
    forgetDecoded();
    SslHandler tls = ctx.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound();
    } else if (channel instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    }
    channel.config().setAutoRead(true);
  }
}
