package dev.heimdall.engine.net;

import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.ServerDomainSocketChannel;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;

/** Sockets that come from another process, or go there. They are epoll's. */
public final class HandedSockets {
  private HandedSockets() {}

  /** A listener, not registered yet; it has the descriptor from now on. */
  public static ServerChannel listener(FileDescriptor descriptor, boolean unix) {
    return unix
        ? new EpollServerDomainSocketChannel(descriptor.intValue())
        : new EpollServerSocketChannel(descriptor.intValue());
  }

  /** A connection, not registered yet; it has the descriptor from now on. */
  public static Channel connection(FileDescriptor descriptor, boolean unix) {
    return unix
        ? new EpollDomainSocketChannel(descriptor.intValue())
        : new EpollSocketChannel(descriptor.intValue());
  }

  /** Whether it is a Unix domain socket. */
  public static boolean isUnix(Channel channel) {
    return channel instanceof DomainSocketChannel || channel instanceof ServerDomainSocketChannel;
  }

  /** Who is at the other end of a connection, so that two processes can tell it apart. */
  public static String peer(Channel channel) {
    if (channel instanceof EpollDomainSocketChannel unix) {
      try {
        return "process " + unix.peerCredentials().pid();
      } catch (IOException e) {
        return "nobody";
      }
    }
    return String.valueOf(channel.remoteAddress());
  }

  /** Gives up a connection that another process keeps; on its event loop, if it has one. */
  public static void forget(Channel channel) {
    // Closed while it is registered, it would go on to raise events here.
    if (channel.isRegistered()) {
      channel.deregister().addListener(out -> channel.close());
    } else {
      channel.unsafe().closeForcibly();
    }
  }

  /**
   * Gives up a listener that another process has, too: nothing of it is ended there. To be called
   * off its event loop.
   */
  public static void leave(Channel channel) {
    // Closed while it is registered, it would go on to raise events here; closed by its channel, a
    // Unix domain socket would lose its file.
    channel.deregister().syncUninterruptibly();
    if (isUnix(channel)) {
      try {
        ((UnixChannel) channel).fd().close();
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    } else {
      channel.close().syncUninterruptibly();
    }
  }
}
