package dev.heimdall.engine.net;

import io.netty.bootstrap.AbstractBootstrap;
import io.netty.channel.Channel;
import java.net.SocketAddress;
import java.time.Duration;

/** Factory for connections to servers on the event loops of the node. */
public interface Sockets {
  Class<? extends Channel> socketChannel();

  /**
   * Has the other side's end be noticed on connections of this bootstrap, where that can be.
   *
   * @param idle time without traffic before the first probe; three in a row unanswered, a third of
   *     the time apart, end the connection; zero for none
   * @param userTimeout how long sent bytes may stay unacknowledged; zero for the system's own
   */
  void watch(AbstractBootstrap<?, ?> bootstrap, Duration idle, Duration userTimeout);

  /**
   * The address of a server; an unresolved {@link java.net.InetSocketAddress} when its name is not
   * known. May block: never called on an event loop.
   */
  SocketAddress address(String host, int port);
}
