package dev.heimdall.manager.http;

import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.login.LogIn;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;

/**
 * The manager's HTTP endpoint, within {@link Bounds}. One event loop has all connections: one costs
 * it some memory, and no thread, however slow its client is. A thread is given to a request once it
 * has arrived whole.
 */
public final class HttpListener implements AutoCloseable {
  private static final int BACKLOG = 128;
  private static final Duration CLOSING = Duration.ofSeconds(1);

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("manager-http-loop", true), NioIoHandler.newFactory());
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Bounds.Connections bounds;
  private final Optional<Certificates> tls;
  private final CallerSlots slots;
  private final Endpoint endpoint;
  private Channel listener;

  private HttpListener(Bounds.Connections bounds, Optional<Certificates> tls, Paths paths) {
    EventLoop loop = group.next();
    this.bounds = bounds;
    this.tls = tls;
    slots = new CallerSlots(bounds.connections(), bounds.ofOneAddress());
    endpoint =
        new Endpoint(
            paths,
            new Workers(loop, Bounds.REQUESTS, Bounds.REQUESTS_OF_ONE_ADDRESS),
            new BodyMemory(Bounds.BODIES),
            bounds);
  }

  /**
   * Opens it.
   *
   * @param tls empty: without
   * @param version of the manager, which it tells
   * @throws IOException when the address cannot be had
   */
  public static HttpListener open(
      InetSocketAddress address,
      Optional<Certificates> tls,
      Editor editor,
      LogIn logIn,
      String version)
      throws IOException {
    return open(address, tls, editor, logIn, version, Bounds.Connections.standard());
  }

  static HttpListener open(
      InetSocketAddress address,
      Optional<Certificates> tls,
      Editor editor,
      LogIn logIn,
      String version,
      Bounds.Connections bounds)
      throws IOException {
    OwnOrigin origin = new OwnOrigin(address.getAddress().isLoopbackAddress());
    HttpListener listener =
        new HttpListener(bounds, tls, new Paths(editor, logIn, origin, version));
    listener.listen(address);
    return listener;
  }

  private void listen(InetSocketAddress address) throws IOException {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            // Each connection reads when it wants the next piece.
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(new Arrivals())
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new IOException(bound.cause().getMessage(), bound.cause());
    }
    listener = bound.channel();
  }

  /** Where it listens. */
  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Stops listening; requests on their way have a second. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly(CLOSING.toMillis());
    try {
      endpoint.workers().close(CLOSING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    channels.close().awaitUninterruptibly(CLOSING.toMillis());
    group.shutdownGracefully(0, CLOSING.toMillis(), TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }

  private final class Arrivals extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
        channel.close(); // its client has left already
        return;
      }
      InetAddress from = remote.getAddress();
      HttpConnection connection = new HttpConnection(endpoint, slots, channel, from);
      if (!slots.take(from, connection)) {
        channel.close();
        return;
      }
      channel.closeFuture().addListener(closed -> slots.leave(from, connection));
      channels.add(channel);
      ChannelPipeline pipeline = channel.pipeline();
      tls.ifPresent(certificates -> pipeline.addLast(handshake(certificates)));
      pipeline
          .addLast(connection.firstBytes())
          .addLast(
              new HttpServerCodec(
                  new HttpDecoderConfig()
                      .setMaxInitialLineLength(Bounds.LONGEST_LINE)
                      .setMaxHeaderSize(Bounds.LONGEST_HEADERS)
                      .setUseRfc9112TransferEncoding(true)))
          .addLast(connection);
    }

    private SslHandler handshake(Certificates certificates) {
      SSLEngine engine = certificates.context().createSSLEngine();
      engine.setUseClientMode(false);
      SslHandler handler = new SslHandler(engine);
      handler.setHandshakeTimeoutMillis(bounds.headers().toMillis());
      return handler;
    }
  }
}
