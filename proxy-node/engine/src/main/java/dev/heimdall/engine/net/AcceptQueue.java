package dev.heimdall.engine.net;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients that the kernel has connected to a listener, and nobody has accepted yet. It resets
 * them when the listener is closed.
 */
public final class AcceptQueue {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.node");
  private static final int ADDRESS = 26;

  private AcceptQueue() {}

  /**
   * Lets them in; on the event loop of the listener, which lets clients in and is closed next. Only
   * epoll's can be asked for them.
   *
   * @param most as many as the kernel keeps
   */
  public static void letIn(Channel listener, int most) {
    if (!(listener instanceof EpollServerSocketChannel
        || listener instanceof EpollServerDomainSocketChannel)) {
      return;
    }
    Socket socket = (Socket) ((UnixChannel) listener).fd();
    byte[] address = new byte[ADDRESS];
    try {
      for (int i = 0; i < most; i++) {
        int client = socket.accept(address);
        if (client < 0) {
          return;
        }
        boolean unix = HandedSockets.isUnix(listener);
        listener
            .pipeline()
            .fireChannelRead(HandedSockets.connection(new FileDescriptor(client), unix));
      }
    } catch (IOException e) {
      LOG.debug("clients that wait at a listener are lost", e);
    }
  }
}
