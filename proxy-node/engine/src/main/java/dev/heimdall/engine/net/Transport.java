package dev.heimdall.engine.net;

import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringAdaptiveBufferRingAllocator;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One kind of event loop with its channel classes. */
public enum Transport implements Sockets {
  EPOLL(
      EpollSocketChannel.class,
      EpollServerSocketChannel.class,
      new Watch(
          EpollChannelOption.TCP_KEEPIDLE,
          EpollChannelOption.TCP_KEEPINTVL,
          EpollChannelOption.TCP_KEEPCNT,
          EpollChannelOption.TCP_USER_TIMEOUT),
      Map.of()) {
    @Override
    IoHandlerFactory ioHandler() {
      return EpollIoHandler.newFactory();
    }
  },
  IO_URING(
      IoUringSocketChannel.class,
      IoUringServerSocketChannel.class,
      new Watch(
          IoUringChannelOption.TCP_KEEPIDLE,
          IoUringChannelOption.TCP_KEEPINTVL,
          IoUringChannelOption.TCP_KEEPCNT,
          IoUringChannelOption.TCP_USER_TIMEOUT),
      Map.of(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, Transport.RING)) {
    @Override
    IoHandlerFactory ioHandler() {
      return IoUringIoHandler.newFactory(
          new IoUringIoHandlerConfig()
              .setBufferRingConfig(
                  IoUringBufferRingConfig.builder()
                      .bufferGroupId(RING)
                      .bufferRingSize(RING_BUFFERS)
                      .batchSize(RING_BUFFERS)
                      .allocator(new IoUringAdaptiveBufferRingAllocator())
                      .build()));
    }
  },
  NIO(NioSocketChannel.class, NioServerSocketChannel.class, null, Map.of()) {
    @Override
    IoHandlerFactory ioHandler() {
      return NioIoHandler.newFactory();
    }
  };

  /** The one ring of buffers that a loop of io_uring has. */
  private static final short RING = 0;

  /**
   * As many reads as are expected between two looks at what has come; each is replaced when it is
   * used.
   */
  private static final short RING_BUFFERS = 64;

  private final Class<? extends Channel> socketChannel;
  private final Class<? extends ServerChannel> serverChannel;
  private final Watch watch;

  /** Options that each of its connections has. */
  private final Map<ChannelOption<Short>, Short> options;

  /** The options by which the kernel finds out that the other side is gone. */
  private record Watch(
      ChannelOption<Integer> idle,
      ChannelOption<Integer> interval,
      ChannelOption<Integer> count,
      ChannelOption<Integer> userTimeout) {}

  Transport(
      Class<? extends Channel> socketChannel,
      Class<? extends ServerChannel> serverChannel,
      Watch watch,
      Map<ChannelOption<Short>, Short> options) {
    this.socketChannel = socketChannel;
    this.serverChannel = serverChannel;
    this.watch = watch;
    this.options = options;
  }

  abstract IoHandlerFactory ioHandler();

  /**
   * The transport that the setting asks for; `auto` takes epoll where the system has it. io_uring
   * was not faster in measurements, and what its rings of buffers hold while a client does not read
   * has no bound yet: it is configured by name.
   *
   * @throws IllegalStateException when the system lacks the one asked for; the message says why
   */
  public static Transport of(dev.heimdall.model.Transport setting) {
    return switch (setting) {
      case AUTO -> Epoll.isAvailable() ? EPOLL : NIO;
      case NIO -> NIO;
      case EPOLL -> available(EPOLL, Epoll.unavailabilityCause());
      case IO_URING -> available(IO_URING, lackOfIoUring());
    };
  }

  private static Transport available(Transport transport, Object lack) {
    if (lack != null) {
      throw new IllegalStateException(
          "transport "
              + transport.name().toLowerCase(Locale.ROOT)
              + " is not available here: "
              + lack);
    }
    return transport;
  }

  /**
   * Returns the reason that the system cannot use io_uring, or null. Reads must stay with the
   * kernel until the end of the connection and choose their buffers when bytes come: where a poll
   * has to tell first, Netty overlooks connections that are reset behind their last bytes, as the
   * poll tells that only once.
   */
  private static Object lackOfIoUring() {
    if (!IoUring.isAvailable()) {
      return IoUring.unavailabilityCause();
    }
    return IoUring.isRegisterBufferRingSupported() && IoUring.isRecvMultishotEnabled()
        ? null
        : "the kernel is older than 6.0";
  }

  /** Starts this many loops; the threads are named for logs and dumps. */
  public EventLoopGroup open(int loops) {
    return new Loops(loops, new DefaultThreadFactory("heimdall-loop"), ioHandler());
  }

  /** Has the kernel probe the connections, where the transport can. */
  @Override
  public void watch(AbstractBootstrap<?, ?> bootstrap, Duration idle, Duration userTimeout) {
    bootstrap.option(ChannelOption.SO_KEEPALIVE, !idle.isZero());
    options.forEach(bootstrap::option);
    if (watch == null) {
      return;
    }
    if (!userTimeout.isZero()) {
      bootstrap.option(watch.userTimeout(), (int) userTimeout.toMillis());
    }
    if (!idle.isZero()) {
      int seconds = (int) Math.max(1, idle.toSeconds());
      bootstrap
          .option(watch.idle(), seconds)
          .option(watch.interval(), Math.max(1, seconds / 3))
          .option(watch.count(), 3);
    }
  }

  /** Sets what the connections that a listener accepts need of the transport. */
  public void accept(ServerBootstrap bootstrap) {
    options(bootstrap.channel(serverChannel));
  }

  /** Sets options for the connections of a listener that comes from another process. */
  public void options(ServerBootstrap bootstrap) {
    bootstrap.childOption(ChannelOption.SO_KEEPALIVE, true);
    options.forEach(bootstrap::childOption);
  }

  @Override
  public Class<? extends Channel> socketChannel() {
    return socketChannel;
  }

  @Override
  public SocketAddress address(String host, int port) {
    return new InetSocketAddress(host, port);
  }

  /**
   * Channel class that listens on a Unix domain socket; empty where the transport has no such
   * thing.
   */
  public Optional<Class<? extends ServerChannel>> unixSockets() {
    return this == EPOLL ? Optional.of(EpollServerDomainSocketChannel.class) : Optional.empty();
  }

  /** True if each loop can listen on the same port for itself. */
  public boolean reusePort() {
    return watch != null;
  }
}
