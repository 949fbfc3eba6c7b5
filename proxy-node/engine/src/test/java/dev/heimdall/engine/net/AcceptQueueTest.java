package dev.heimdall.engine.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AcceptQueueTest {
  private static final int SOON = 300;
  private static final int PATIENCE = 30_000;

  private EventLoopGroup loops;
  private Channel listener;

  @BeforeEach
  void listen() throws Exception {
    assumeThat(Epoll.isAvailable()).isTrue();
    loops = Transport.EPOLL.open(1);
    listener =
        new ServerBootstrap()
            .group(loops)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .childHandler(new ChannelInboundHandlerAdapter())
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
  }

  @AfterEach
  void end() throws Exception {
    if (loops != null) {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }
  }

  private void connect(Socket client, int millis) throws Exception {
    client.connect(listener.localAddress(), millis);
  }

  /** On its loop. */
  private void close() {
    AcceptQueue.letIn(listener, 10);
    listener.close();
  }

  @Test
  void whoConnectedBeforeAListenerWasShutIsLetIn() throws Exception {
    try (Socket client = new Socket()) {
      connect(client, PATIENCE);
      AcceptQueue.shut(listener);

      listener.eventLoop().submit(this::close).sync();

      client.setSoTimeout(SOON);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class); // it is there, and nobody answers here
    }
  }

  @Test
  void whoConnectsBehindThatIsRefusedAndNotReset() throws Exception {
    AcceptQueue.shut(listener);
    try (Socket client = new Socket()) {
      assertThatThrownBy(() -> connect(client, SOON)).isInstanceOf(SocketTimeoutException.class);
    }
    try (Socket client = new Socket()) {
      listener.eventLoop().schedule(this::close, SOON, TimeUnit.MILLISECONDS);
      assertThatThrownBy(() -> connect(client, PATIENCE)).isInstanceOf(ConnectException.class);
    }
    assertThat(listener.isOpen()).isFalse();
  }
}
