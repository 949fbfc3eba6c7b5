package dev.heimdall.engine.net;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** One kind of event loop with its channel classes. */
public enum Transport {
  EPOLL(EpollSocketChannel.class, EpollServerSocketChannel.class, true) {
    @Override
    IoHandlerFactory ioHandler() {
      return EpollIoHandler.newFactory();
    }
  },
  IO_URING(IoUringSocketChannel.class, IoUringServerSocketChannel.class, true) {
    @Override
    IoHandlerFactory ioHandler() {
      return IoUringIoHandler.newFactory();
    }
  },
  NIO(NioSocketChannel.class, NioServerSocketChannel.class, false) {
    @Override
    IoHandlerFactory ioHandler() {
      return NioIoHandler.newFactory();
    }
  };

  private final Class<? extends Channel> socketChannel;
  private final Class<? extends ServerChannel> serverChannel;
  private final boolean reusePort;

  Transport(
      Class<? extends Channel> socketChannel,
      Class<? extends ServerChannel> serverChannel,
      boolean reusePort) {
    this.socketChannel = socketChannel;
    this.serverChannel = serverChannel;
    this.reusePort = reusePort;
  }

  abstract IoHandlerFactory ioHandler();

  /**
   * The transport that the setting asks for; `auto` takes epoll where the system has it.
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

  public Class<? extends Channel> socketChannel() {
    return socketChannel;
  }

  public Class<? extends ServerChannel> serverChannel() {
    return serverChannel;
  }

  /** Whether each loop can listen on the same port for itself. */
  public boolean reusePort() {
    return reusePort;
  }
}
