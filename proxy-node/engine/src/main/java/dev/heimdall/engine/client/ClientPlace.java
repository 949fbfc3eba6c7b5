package dev.heimdall.engine.client;

import dev.heimdall.engine.net.LocalClient;
import io.netty.channel.Channel;
import io.netty.channel.unix.DomainSocketChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Origin of a client: its socket, or the address that a load balancer has reported. */
final class ClientPlace {
  private Channel channel;
  private InetSocketAddress address;

  void connected(Channel by) {
    channel = by;
  }

  /** The true address behind a load balancer, or the one that the client had before. */
  void told(InetSocketAddress by) {
    address = by;
  }

  /** Null where the client has left before it was asked for. */
  InetSocketAddress address() {
    if (address == null) {
      if (local()) {
        address = LocalClient.ADDRESS;
      } else if (channel.remoteAddress() instanceof InetSocketAddress remote) {
        address = remote;
      }
    }
    return address;
  }

  /** True if the client has come by a Unix domain socket. */
  boolean local() {
    return channel instanceof DomainSocketChannel;
  }

  /** For people; null where nothing is known. */
  SocketAddress peer() {
    return address() == null ? channel.remoteAddress() : address;
  }
}
