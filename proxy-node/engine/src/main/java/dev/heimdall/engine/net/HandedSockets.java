package dev.heimdall.engine.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sockets that come from another process, or go there. They are epoll's. */
public final class HandedSockets {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.node");

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

  /** True if it is a Unix domain socket. */
  public static boolean isUnix(Channel channel) {
    return channel instanceof DomainSocketChannel || channel instanceof ServerDomainSocketChannel;
  }

  /** Returns the peer of a connection, so that two processes can tell it apart. */
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

  /**
   * Nothing of a connection is read from now on, whatever becomes of it: one that is only not read
   * would be at its end, of which two processes could read a part each. On its event loop, which
   * stays its own.
   */
  public static ChannelFuture rest(Channel channel) {
    return channel.deregister();
  }

  /** The end of a {@link #rest}. */
  public static ChannelFuture wake(Channel channel) {
    return channel.isRegistered()
        ? channel.newSucceededFuture()
        : channel.eventLoop().register(channel);
  }

  /** Gives up a connection that another process keeps; on its event loop. */
  public static void forget(Channel channel) {
    // Closed while it is registered, it would go on to raise events here.
    rest(channel).addListener(out -> channel.close());
  }

  /** Closes the socket of a client that does not go on here. */
  public static void close(FileDescriptor descriptor) {
    try {
      descriptor.close();
    } catch (IOException e) {
      LOG.debug("a socket that was handed over cannot be closed", e);
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
