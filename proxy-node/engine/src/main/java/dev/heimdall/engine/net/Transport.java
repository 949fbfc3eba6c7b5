package dev.heimdall.engine.net;

import io.netty.bootstrap.AbstractBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;

/** One kind of event loop with its channel classes. */
public enum Transport implements Sockets {
  EPOLL(
      EpollSocketChannel.class,
      EpollServerSocketChannel.class,
      new Watch(
          EpollChannelOption.TCP_KEEPIDLE,
          EpollChannelOption.TCP_KEEPINTVL,
          EpollChannelOption.TCP_KEEPCNT,
          EpollChannelOption.TCP_USER_TIMEOUT)) {
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
          IoUringChannelOption.TCP_USER_TIMEOUT)) {
    @Override
    IoHandlerFactory ioHandler() {
      return IoUringIoHandler.newFactory();
    }
  },
  NIO(NioSocketChannel.class, NioServerSocketChannel.class, null) {
    @Override
    IoHandlerFactory ioHandler() {
      return NioIoHandler.newFactory();
    }
  };

  private final Class<? extends Channel> socketChannel;
  private final Class<? extends ServerChannel> serverChannel;
  private final Watch watch;

  /** The options by which the kernel finds out that the other side is gone. */
  private record Watch(
      ChannelOption<Integer> idle,
      ChannelOption<Integer> interval,
      ChannelOption<Integer> count,
      ChannelOption<Integer> userTimeout) {}

  Transport(
      Class<? extends Channel> socketChannel,
      Class<? extends ServerChannel> serverChannel,
      Watch watch) {
    this.socketChannel = socketChannel;
    this.serverChannel = serverChannel;
    this.watch = watch;
  }

  abstract IoHandlerFactory ioHandler();

  /**
   * The transport that the setting asks for; `auto` takes epoll where the system has it. io_uring
   * hands the kernel the reads and writes of many connections in one call, but ends channels late
   * and fails tests that cut connections: whoever wants it asks for it by name.
   *
   * @throws IllegalStateException when the system lacks the one asked for; the message says why
   */
  public static Transport of(dev.heimdall.model.Transport setting) {
    return switch (setting) {
      case AUTO -> Epoll.isAvailable() ? EPOLL : NIO;
      case NIO -> NIO;
      case EPOLL -> {
        if (!Epoll.isAvailable()) {
          throw new IllegalStateException(
              "transport epoll is not available here: " + Epoll.unavailabilityCause());
        }
        yield EPOLL;
      }
      case IO_URING -> {
        if (!IoUring.isAvailable()) {
          throw new IllegalStateException(
              "transport io_uring is not available here: " + IoUring.unavailabilityCause());
        }
        yield IO_URING;
      }
    };
  }

  /** Starts this many loops; the threads are named for logs and dumps. */
  public EventLoopGroup open(int loops) {
    return new MultiThreadIoEventLoopGroup(
        loops, new DefaultThreadFactory("heimdall-loop"), ioHandler());
  }

  /** Has the kernel probe the connections, where the transport can. */
  @Override
  public void watch(AbstractBootstrap<?, ?> bootstrap, Duration idle, Duration userTimeout) {
    bootstrap.option(ChannelOption.SO_KEEPALIVE, !idle.isZero());
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

  @Override
  public Class<? extends Channel> socketChannel() {
    return socketChannel;
  }

  @Override
  public SocketAddress address(String host, int port) {
    return new InetSocketAddress(host, port);
  }

  public Class<? extends ServerChannel> serverChannel() {
    return serverChannel;
  }

  /** Whether each loop can listen on the same port for itself. */
  public boolean reusePort() {
    return watch != null;
  }
}
