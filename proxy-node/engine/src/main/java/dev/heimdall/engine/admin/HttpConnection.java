package dev.heimdall.engine.admin;

import dev.heimdall.engine.net.OwnTime;
import dev.heimdall.model.callers.CallerSlots;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.timeout.TimeoutException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * One connection to the HTTP endpoint. Answers one request at a time, so that pipelined ones get
 * their replies in order however long each takes, and reads no further meanwhile; gives every
 * request a deadline to arrive whole.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter implements CallerSlots.Caller {
  private final Queue<FullHttpRequest> pipelined = new ArrayDeque<>();
  private final HttpEndpoints endpoints;
  private final OwnTime time;
  private final Duration requestDeadline;
  private final Channel channel;
  private final Consumer<HttpConnection> answered;
  private OwnTime.Limit deadline;
  private boolean answering;

  /**
   * @param time that of the listener's thread
   * @param answered called after each reply that is followed by another request
   */
  HttpConnection(
      HttpEndpoints endpoints,
      OwnTime time,
      Duration requestDeadline,
      Channel channel,
      Consumer<HttpConnection> answered) {
    this.endpoints = endpoints;
    this.time = time;
    this.requestDeadline = requestDeadline;
    this.channel = channel;
    this.answered = answered;
  }

  @Override
  public boolean awaited() {
    return !answering;
  }

  @Override
  public void evict() {
    channel.close();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    awaitRequest(ctx);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline.cancel();
    for (FullHttpRequest request = pipelined.poll(); request != null; request = pipelined.poll()) {
      request.release();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    pipelined.add((FullHttpRequest) message);
    ctx.channel().config().setAutoRead(false);
    if (!answering) {
      answerNext(ctx);
    }
  }

  private void answerNext(ChannelHandlerContext ctx) {
    FullHttpRequest request = pipelined.poll();
    if (request == null) {
      awaitRequest(ctx);
      return;
    }
    deadline.cancel();
    answering = true;
    try {
      answer(ctx, request);
    } finally {
      request.release();
    }
  }

  private void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
    DecoderResult decoded = request.decoderResult();
    if (decoded.isFailure()) {
      send(ctx, malformed(decoded.cause()), false);
      return;
    }
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    endpoints
        .answer(
            request.method().name(),
            path(request.uri()),
            request.headers(),
            ByteBufUtil.getBytes(request.content()),
            (InetSocketAddress) ctx.channel().remoteAddress())
        .thenAccept(reply -> send(ctx, reply, keepAlive));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException
        || cause instanceof TimeoutException
        || !ctx.channel().isActive()) {
      ctx.close();
    } else {
      send(ctx, HttpReply.error(400, "The request could not be read"), false);
    }
  }

  private void awaitRequest(ChannelHandlerContext ctx) {
    deadline = time.after(requestDeadline, ctx::close);
    ctx.channel().config().setAutoRead(true);
  }

  private void send(ChannelHandlerContext ctx, HttpReply reply, boolean keepAlive) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(reply.status()),
            Unpooled.wrappedBuffer(reply.body()));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, reply.contentType())
        .set(HttpHeaderNames.CONTENT_LENGTH, reply.body().length)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set("X-Content-Type-Options", "nosniff");
    if (reply.allow() != null) {
      response.headers().set(HttpHeaderNames.ALLOW, reply.allow());
    }
    response
        .headers()
        .set(
            HttpHeaderNames.CONNECTION,
            keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
    ctx.writeAndFlush(response)
        .addListener(
            (ChannelFutureListener)
                sent -> {
                  if (sent.isSuccess() && keepAlive) {
                    answering = false;
                    answered.accept(this);
                    answerNext(ctx);
                  } else {
                    ctx.close();
                  }
                });
  }

  private static HttpReply malformed(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return HttpReply.error(414, "The request line is longer than " + HttpListener.LONGEST_LINE);
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return HttpReply.error(431, "The headers are longer than " + HttpListener.LONGEST_HEADERS);
    }
    return HttpReply.error(400, "This is no HTTP request");
  }

  /** The path without query, also of a URI that names scheme and host. */
  static String path(String uri) {
    int start = 0;
    int scheme = uri.indexOf("://");
    if (scheme > 0 && !uri.startsWith("/")) {
      start = uri.indexOf('/', scheme + 3);
      if (start < 0) {
        return "/";
      }
    }
    int query = uri.indexOf('?', start);
    return uri.substring(start, query < 0 ? uri.length() : query);
  }
}
