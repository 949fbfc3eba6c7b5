package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a line does to connections, each direction by itself. */
class RelayTest {
  private static final Duration DELAY = Duration.ofMillis(50);

  private final EventLoopGroup loops = new NioEventLoopGroup(1);
  private final Way there = new Way(DELAY, Duration.ZERO, 0, 1);
  private final Way back = new Way(DELAY, Duration.ZERO, 0, 2);
  private ServerSocket target;
  private Relay relay;

  @BeforeEach
  void open() throws IOException {
    target = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    relay =
        new Relay(
            loops,
            new InetSocketAddress("127.1.2.10", 0),
            () -> (InetSocketAddress) target.getLocalSocketAddress(),
            there,
            back);
  }

  @AfterEach
  void close() throws IOException {
    relay.close();
    target.close();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS);
  }

  private Socket client() throws IOException {
    Socket socket = new Socket("127.1.2.10", relay.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  @Test
  void aQuestionAndItsAnswerTakeAWayEachAndTheFirstAlsoTheHandshake() throws Exception {
    try (Socket client = client();
        Socket server = target.accept()) {
      for (int ways : new int[] {4, 2}) {
        long begun = System.nanoTime();
        client.getOutputStream().write(1);
        assertThat(server.getInputStream().read()).isEqualTo(1);
        server.getOutputStream().write(2);
        assertThat(client.getInputStream().read()).isEqualTo(2);
        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(ways * DELAY.toNanos());
      }
    }
  }

  @Test
  void manyAreOnTheirWayAtOnceAndInOrder() throws Exception {
    try (Socket client = client();
        Socket server = target.accept()) {
      byte[] sent = new byte[200];
      for (int i = 0; i < sent.length; i++) {
        sent[i] = (byte) i;
        client.getOutputStream().write(i);
        client.getOutputStream().flush();
      }
      assertThat(server.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
    }
  }

  @Test
  void ofACutDirectionNothingComesAndAllOfItWhenItIsWhole() throws Exception {
    try (Socket client = client();
        Socket server = target.accept()) {
      back.cut(true);
      client.getOutputStream().write(1);
      assertThat(server.getInputStream().read()).as("the other direction").isEqualTo(1);
      server.getOutputStream().write(2);
      client.setSoTimeout(300);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      client.setSoTimeout(20_000);
      back.cut(false);
      assertThat(client.getInputStream().read()).isEqualTo(2);
    }
  }

  @Test
  void theEndOfOneDirectionLeavesTheOther() throws Exception {
    try (Socket client = client();
        Socket server = target.accept()) {
      client.getOutputStream().write(1);
      client.shutdownOutput();
      assertThat(server.getInputStream().readAllBytes()).containsExactly(1);
      server.getOutputStream().write(2);
      server.close();
      assertThat(client.getInputStream().readAllBytes()).containsExactly(2);
    }
  }

  @Test
  void whatWasLostComesLater() throws Exception {
    Way lossy = new Way(Duration.ZERO, Duration.ZERO, 0.5, 3);
    long late = 0;
    for (int i = 0; i < 1000; i++) {
      late += lossy.next() >= Duration.ofMillis(200).toNanos() ? 1 : 0;
    }
    assertThat(late).isBetween(400L, 600L);
  }
}
