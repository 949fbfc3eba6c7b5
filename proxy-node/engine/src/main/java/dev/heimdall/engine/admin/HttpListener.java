package dev.heimdall.engine.admin;

import dev.heimdall.engine.net.OwnTime;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.LoopWatch;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.model.callers.CallerSlots;
import dev.heimdall.routing.TopologyDocument;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The node's HTTP endpoint: {@code /livez /readyz /status /metrics /drain /topology}. It has a
 * thread of its own, so that a scraper never costs a client of the proxy anything, and is frugal
 * with strangers: few connections, short requests, a deadline for each.
 */
public final class HttpListener implements AutoCloseable {
  static final int LONGEST_LINE = 4096;
  static final int LONGEST_HEADERS = 8192;
  private static final int LONGEST_BODY = 4096;

  /**
   * @param address where to listen; port 0 takes any free one
   * @param maxConnections how many callers at a time; see {@link CallerSlots} for one more
   * @param maxOfOneAddress how many of them from one address
   * @param requestDeadline how long a connection may take to send its next request whole, idle time
   *     included
   * @param headers how long the headers may take from a request's first byte on
   * @param body how long the body may take after the headers
   * @param patience how long the node's loops and databases may take before a reply goes out
   *     without their part
   */
  public record Settings(
      InetSocketAddress address,
      int maxConnections,
      int maxOfOneAddress,
      Duration requestDeadline,
      Duration headers,
      Duration body,
      Duration patience) {

    /** 64 connections, 16 of an address; 30 s for a request, 2 s for the node. */
    public static Settings at(InetSocketAddress address) {
      return new Settings(
          address,
          64,
          16,
          Duration.ofSeconds(30),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2));
    }
  }

  private final Settings settings;
  private final HttpEndpoints endpoints;
  private final CallerSlots slots;
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("http-endpoint", true), NioIoHandler.newFactory());
  private final OwnTime time = new OwnTime(loop.next(), System::nanoTime);
  private final ChannelGroup callers = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private Channel listener;

  public HttpListener(
      Settings settings, NodeView node, Metrics metrics, LoopWatch loops, EventLog log) {
    this.settings = settings;
    this.slots = new CallerSlots(settings.maxConnections(), settings.maxOfOneAddress());
    this.endpoints = new HttpEndpoints(node, metrics, loops, log, loop.next(), settings.patience());
  }

  /**
   * Starts to listen.
   *
   * @throws IOException if the address cannot be listened on; the message says which, why, and what
   *     to do
   */
  public void start() throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, 128)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new Callers());
    InetSocketAddress address = settings.address();
    var bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      Throwable cause = bound.cause();
      throw new IOException(
          "The HTTP endpoint cannot listen on "
              + address.getHostString()
              + ":"
              + address.getPort()
              + " ("
              + cause.getMessage()
              + "): stop what listens there, or give another http.port, or http.address, in"
              + " node.json",
          cause);
    }
    listener = bound.channel();
  }

  /** Address on which it listens, once started. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** Closes the listener and every caller's connection. Waits up to 5 s for the thread to end. */
  @Override
  public void close() {
    if (listener != null) {
      listener.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    }
    callers.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    loop.shutdownGracefully(0, 3, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  private final class Callers extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      InetSocketAddress from = (InetSocketAddress) channel.remoteAddress();
      if (from == null) {
        channel.close(); // it has left already
        return;
      }
      HttpConnection caller =
          new HttpConnection(endpoints, time, settings.requestDeadline(), channel, slots::answered);
      if (!slots.take(from.getAddress(), caller, false)) {
        channel.close();
        return;
      }
      channel.closeFuture().addListener(closed -> slots.leave(caller));
      callers.add(channel);
      ArrivingRequest arriving = new ArrivingRequest(time, settings.headers(), settings.body());
      channel
          .pipeline()
          .addLast(
              new WriteTimeoutHandler(settings.requestDeadline().toMillis(), TimeUnit.MILLISECONDS))
          .addLast(new ProxyHeader())
          .addLast(arriving)
          .addLast(new HttpServerCodec(LONGEST_LINE, LONGEST_HEADERS, LONGEST_HEADERS))
          .addLast(arriving.new Parts())
          .addLast(new Bodies())
          .addLast(caller);
    }
  }

  /**
   * Requests need no bodies, but for documents; a long one is answered with an error and ends the
   * connection.
   */
  private static final class Bodies extends HttpObjectAggregator {
    Bodies() {
      super(TopologyDocument.LONGEST, true);
    }

    @Override
    protected boolean isContentLengthInvalid(HttpMessage start, int most) {
      boolean document =
          start instanceof HttpRequest request
              && HttpConnection.path(request.uri()).equals(HttpEndpoints.TOPOLOGY);
      return super.isContentLengthInvalid(start, document ? most : LONGEST_BODY);
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
      FullHttpResponse refusal =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
              ctx.alloc().buffer(0));
      refusal.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
      refusal.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      ctx.writeAndFlush(refusal).addListener(ChannelFutureListener.CLOSE);
    }
  }
}
