package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.NodeKind;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cancel request holds a secret: it travels as safely as what it cancels. */
class CancelInTlsIT {
  private static final byte TLS_HANDSHAKE = 0x16;

  private static void awaitSleep(String mark) {
    Await.until(
        "it runs",
        () ->
            SecureServer.server()
                .queryValue(
                    "postgres",
                    "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg\\_sleep%"
                        + mark
                        + "%' AND pid <> pg_backend_pid()")
                .equals("1"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theServerGetsItInTlsWhereTheConnectionIs(boolean direct) throws Exception {
    try (FirstBytes relay = new FirstBytes(SecureServer.port());
        TestNode node =
            TestNode.start(
                c ->
                    SecureServer.behind(c)
                        .source("url", "jdbc:postgresql://localhost:" + relay.port() + "/app")
                        .source("catalog.enabled", false)
                        .source("tls.mode", "require")
                        .source("tls.direct", direct));
        RawClient client = RawClient.logIn(node.target())) {
      client.send(Frontend.query("SELECT pg_sleep(60) /* in TLS " + direct + " */"));
      awaitSleep("in TLS " + direct);

      client.cancel();

      assertThat(client.untilReady()).anyMatch(m -> "57014".equals(sqlState(m)));
      assertThat(relay.beginnings()).hasSizeGreaterThanOrEqualTo(2);
      byte[] asked = Frontend.sslRequest();
      for (byte[] beginning : relay.beginnings()) {
        if (!direct) {
          assertThat(Arrays.copyOf(beginning, asked.length)).isEqualTo(asked);
        }
        assertThat(beginning[direct ? 0 : asked.length]).isEqualTo(TLS_HANDSHAKE);
      }
    }
  }

  private static String sqlState(Message message) {
    return message.type() == 'E' ? message.sqlState() : null;
  }

  private static List<Map<String, Object>> peer(int id, int port, String mode) {
    return List.of(
        Map.of("id", id, "host", "localhost", "port", port, "tls", Map.of("mode", mode)));
  }

  @Test
  void anotherNodeGetsItInTls() throws Exception {
    try (TestNode home = TestNode.start(c -> start(c.node("id", 2)));
        FirstBytes relay = new FirstBytes(home.node().port("app"));
        TestNode other =
            TestNode.start(c -> start(c.node("peers", peer(2, relay.port(), "require"))));
        RawClient client = RawClient.logIn(home.target())) {
      client.send(Frontend.query("SELECT pg_sleep(60)"));
      Await.until(
          "it runs",
          () ->
              SharedPostgres.value(
                      "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
                  .equals("1"));
      try (RawClient canceller = RawClient.connect(other.target())) {
        canceller.startTls();
        canceller.send(Frontend.cancelRequest(client.processId(), client.secret()));
        assertThat(canceller.untilClosed()).isEmpty();
      }
      assertThat(client.untilReady()).anyMatch(m -> "57014".equals(sqlState(m)));
      assertThat(relay.beginnings())
          .singleElement()
          .satisfies(b -> assertThat(b[8]).isEqualTo(TLS_HANDSHAKE));
    }
  }

  private static void start(dev.heimdall.test.fixture.TestConfiguration c) {
    NodeKind.TLS.into(c);
  }

  @Test
  void aNodeWithoutTlsGetsNothingWhereTlsIsRequired() throws Exception {
    try (ServerSocket peer = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        TestNode node =
            TestNode.start(
                c -> c.node("id", 1).node("peers", peer(9, peer.getLocalPort(), "require")));
        RawClient canceller = RawClient.connect(node.target())) {
      canceller.send(Frontend.cancelRequest(9 << 19 | 5, new byte[4]));
      try (Socket asked = peer.accept()) {
        asked.setSoTimeout(20_000);
        assertThat(asked.getInputStream().readNBytes(8)).isEqualTo(Frontend.sslRequest());
        asked.getOutputStream().write('N');
        assertThat(asked.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(canceller.untilClosed()).isEmpty();
    }
  }
}
