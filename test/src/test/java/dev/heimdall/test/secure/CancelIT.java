package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cancel requests: whose they are, where they go and whom they must not hit. */
class CancelIT {
  private static final String CANCELED = "57014 canceling statement due to user request";
  private static final Authority AUTHORITY = new Authority("cancel");
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(c -> configure(c, 1));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static void configure(TestConfiguration c, int id) {
    SecureServer.behind(c);
    c.node("id", id).node("loops", 2);
    c.clientTls("allow", AUTHORITY.issue("node", "localhost").files());
    c.vdb("auth", List.of(Map.of("method", "trust")));
    c.vdb("pool.size", 20);
    SecureServer.vdb(c, "one")
        .vdb("one", "pool.size", 1)
        .vdb("one", "auth", List.of(Map.of("method", "trust")));
  }

  private static Line logIn(TestNode at, String vdb) throws IOException {
    return Line.to(at.node().port(vdb)).logIn("app", "app", null);
  }

  private static Line logIn(String vdb) throws IOException {
    return logIn(node, vdb);
  }

  private static void cancel(Line session, int port) throws IOException {
    cancel(port, session.processId(), session.secret());
  }

  private static void cancel(int port, int processId, byte[] secret) throws IOException {
    try (Line line = Line.to(port)) {
      line.send(Frontend.cancelRequest(processId, secret));
      assertThat(line.untilClosed()).isEmpty();
    }
  }

  /** Begins a statement that lasts, and waits until the server runs it. */
  private static void sleep(Line session, String mark) throws IOException {
    session.send(Frontend.query("SELECT pg_sleep(60) /* " + mark + " */"));
    awaitRunning("%pg\\_sleep%" + mark + "%", 1);
  }

  private static void awaitRunning(String like, int count) {
    String sql =
        "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            + " AND state = 'active' AND query LIKE '"
            + like
            + "'";
    Await.until(
        count + " times running: " + like,
        () -> Integer.parseInt(SecureServer.server().queryValue("postgres", sql)) >= count);
  }

  @Test
  void requestReachesItsSessionWhicheverLoopTakesIt() throws Exception {
    List<Line> sessions = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        Line session = logIn("app");
        sessions.add(session);
        session.send(Frontend.query("SELECT pg_sleep(60) /* any loop */"));
      }
      awaitRunning("%pg\\_sleep%any loop%", 8);
      for (Line session : sessions) {
        cancel(session, node.node().port("app"));
        assertThat(session.value()).isEqualTo(CANCELED);
        assertThat(session.value("SELECT 'goes on'")).isEqualTo("goes on");
      }
    } finally {
      for (Line session : sessions) {
        session.close();
      }
    }
  }

  @Test
  void requestMayComeByAnotherVdbOfTheNode() throws Exception {
    try (Line session = logIn("app")) {
      sleep(session, "another vdb");
      cancel(session, node.node().port("one"));
      assertThat(session.value()).isEqualTo(CANCELED);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void requestMayComeInsideTls(boolean direct) throws Exception {
    try (Line session = logIn("app");
        Line line = Line.to(node.node().port("app"))) {
      sleep(session, "inside tls " + direct);
      if (direct) {
        line.handshake(Tls.trusting(AUTHORITY));
      } else {
        line.startTls(Tls.trusting(AUTHORITY));
      }
      line.send(Frontend.cancelRequest(session.processId(), session.secret()));
      assertThat(line.untilClosed()).isEmpty();
      assertThat(session.value()).isEqualTo(CANCELED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "require"})
  void driversOwnCancelWorks(String sslmode) throws Exception {
    try (Connection connection =
            SecureServer.jdbc(node.node().port("app"), "app", "app", "app", "sslmode", sslmode);
        Statement statement = connection.createStatement()) {
      CompletableFuture<SQLException> outcome =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  statement.execute("SELECT pg_sleep(60) /* driver " + sslmode + " */");
                  return null;
                } catch (SQLException e) {
                  return e;
                }
              });
      awaitRunning("%pg\\_sleep%driver " + sslmode + "%", 1);
      statement.cancel();
      assertThat(outcome.join().getSQLState()).isEqualTo("57014");
      statement.execute("SELECT 1");
    }
  }

  @Test
  void statementThatWaitsForAServerConnectionIsCancelledInTheQueue() throws Exception {
    try (Line holder = logIn("one");
        Line waiting = logIn("one")) {
      assertThat(holder.value("BEGIN")).isNull();
      waiting.send(Frontend.query("SELECT 'too early'"));
      Await.until(
          "it waits",
          () ->
              node.admin("SHOW POOLS").stream().anyMatch(row -> "1".equals(row.get("cl_waiting"))));
      cancel(waiting, node.node().port("one"));
      assertThat(waiting.value()).isEqualTo(CANCELED);
      assertThat(holder.value("SELECT 'untouched'")).isEqualTo("untouched");
      holder.value("COMMIT");
      assertThat(waiting.value("SELECT 'goes on'")).isEqualTo("goes on");
    }
  }

  @Test
  void idleSessionHasNothingToCancelAndItsNextStatementIsSafe() throws Exception {
    try (Line session = logIn("app")) {
      for (int i = 0; i < 20; i++) {
        cancel(session, node.node().port("app"));
        assertThat(session.value("SELECT 'safe'")).isEqualTo("safe");
      }
      assertThat(session.value("BEGIN")).isNull();
      cancel(session, node.node().port("app"));
      assertThat(session.value("SELECT 'safe'")).isEqualTo("safe");
    }
  }

  @Test
  void nextStatementAfterACancelledOneIsSafe() throws Exception {
    try (Line session = logIn("app")) {
      for (int i = 0; i < 20; i++) {
        session.send(Frontend.query("SELECT pg_sleep(60) /* again " + i + " */"));
        awaitRunning("%pg\\_sleep%again " + i + " %", 1);
        cancel(session, node.node().port("app"));
        assertThat(session.value()).isEqualTo(CANCELED);
        assertThat(session.value("SELECT 'safe'")).isEqualTo("safe");
      }
    }
  }

  @Test
  void statementAfterTheRequestWasTakenIsSafeInTheSameTransactionToo() throws Exception {
    int late = 0;
    try (Line session = logIn("one")) {
      // How often a request comes too late is up to the machine.
      for (int i = 0; i < 150 || (late == 0 && i < 3000); i++) {
        session.value("BEGIN");
        session.send(Frontend.query("SELECT pg_sleep(0.002)"));
        cancel(session, node.node().port("one"));
        if (session.value().isEmpty()) {
          late++;
          assertThat(session.value("SELECT pg_sleep(0.01)")).isEmpty();
        }
        session.value("ROLLBACK");
      }
    }
    assertThat(late).as("statements that ended before the request came").isPositive();
  }

  @Test
  void serverConnectionThatWentToANeighbourIsNotHit() throws Exception {
    try (Line before = logIn("one");
        Line neighbour = logIn("one")) {
      String server = before.value("SELECT pg_backend_pid()");
      assertThat(neighbour.value("BEGIN")).isNull();
      assertThat(neighbour.value("SELECT pg_backend_pid()")).isEqualTo(server);
      neighbour.send(Frontend.query("SELECT pg_sleep(0.5), 'untouched' /* neighbour */"));
      awaitRunning("%pg\\_sleep%/* neighbour%", 1);
      cancel(before, node.node().port("one"));
      assertThat(neighbour.value()).isEmpty();
      neighbour.value("COMMIT");
    }
  }

  @Test
  void neighbourIsNotHitEvenWhenTheRequestComesAsTheStatementEnds() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    try (Line target = logIn("one");
        Line neighbour = logIn("one")) {
      CompletableFuture<List<String>> seen =
          CompletableFuture.supplyAsync(
              () -> {
                List<String> wrong = new ArrayList<>();
                try {
                  while (!over.get()) {
                    String value = neighbour.value("SELECT 'mine'");
                    if (!"mine".equals(value)) {
                      wrong.add(value);
                    }
                  }
                } catch (IOException e) {
                  wrong.add(e.toString());
                }
                return wrong;
              });
      for (int i = 0; i < 150; i++) {
        target.send(Frontend.query("SELECT pg_sleep(0.0005)"));
        cancel(target, node.node().port("one"));
        assertThat(target.value()).isIn("", CANCELED);
      }
      over.set(true);
      assertThat(seen.join()).isEmpty();
    }
  }

  @Test
  void protocol32HasLongKeysAndAllOfTheKeyCounts() throws Exception {
    int port = node.node().port("app");
    try (Line session = Line.to(port).logIn(2, "app", "app", null)) {
      assertThat(session.secret()).hasSizeGreaterThan(4);
      sleep(session, "long key");
      cancel(port, session.processId(), Arrays.copyOf(session.secret(), 4));
      cancel(port, session.processId(), Arrays.copyOf(session.secret(), 256));
      cancel(port, session.processId(), Arrays.copyOf(session.secret(), 5000));
      assertStillRuns(session, "long key");
      cancel(session, port);
      assertThat(session.value()).isEqualTo(CANCELED);
    }
  }

  @Test
  void wrongKeyDoesNothing() throws Exception {
    int port = node.node().port("app");
    try (Line session = logIn("app")) {
      assertThat(session.secret()).hasSize(4);
      sleep(session, "wrong key");
      byte[] wrong = session.secret().clone();
      wrong[3] ^= 1;
      cancel(port, session.processId(), wrong);
      cancel(port, session.processId() + 1, session.secret());
      cancel(port, session.processId(), new byte[0]);
      cancel(port, -1, session.secret());
      cancel(port, 0, session.secret());
      // No such node in the fleet.
      cancel(port, session.processId() ^ 77 << 19, session.secret());
      assertStillRuns(session, "wrong key");
      cancel(session, port);
      assertThat(session.value()).isEqualTo(CANCELED);
    }
  }

  /** A request is carried out before its connection is closed, so that later is too late. */
  private static void assertStillRuns(Line session, String mark) {
    awaitRunning("%pg\\_sleep%" + mark + "%", 1);
    assertThat(session.hasInput()).isFalse();
  }

  @Test
  void requestWithoutAKeyIsClosed() throws Exception {
    try (Line line = Line.to(node.node().port("app"))) {
      line.send(Frontend.firstPacket(80877102, new byte[0]));
      assertThat(line.untilClosed()).isEmpty();
    }
  }

  @Test
  void requestAtTheWrongNodeOfTheFleetReachesTheRightOne() throws Exception {
    try (TestNode second = TestNode.start(c -> configure(c.node("peers", peer(1, node)), 2))) {
      node.change(c -> c.node("peers", peer(2, second)));
      for (TestNode home : List.of(node, second)) {
        TestNode other = home == node ? second : node;
        for (int minor : new int[] {0, 2}) {
          try (Line session = Line.to(home.node().port("app")).logIn(minor, "app", "app", null)) {
            String mark = "fleet " + session.processId();
            sleep(session, mark);
            byte[] wrong = session.secret().clone();
            wrong[0] ^= 1;
            cancel(other.node().port("one"), session.processId(), wrong);
            assertStillRuns(session, mark);
            cancel(session, other.node().port("one"));
            assertThat(session.value()).isEqualTo(CANCELED);
          }
        }
      }
    }
  }

  /** Nodes that share one configuration, as those of an Auto Scaling group do. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void requestReachesTheNodeAtTheAddressThatItsNumberSays(boolean proxied) throws Exception {
    int port = FreePort.any();
    try (TestNode home = among("127.0.41.9", port, proxied);
        TestNode other = among("127.0.41.10", port, proxied);
        Line session = at("127.0.41.9", port, proxied).logIn("app", "app", null)) {
      assertThat(session.processId() >>> 19).isEqualTo(10);
      sleep(session, "by address " + proxied);
      try (Line line = at("127.0.41.10", port, proxied)) {
        line.send(Frontend.cancelRequest(session.processId(), session.secret()));
        assertThat(line.untilClosed()).isEmpty();
      }
      assertThat(session.value()).isEqualTo(CANCELED);
    }
  }

  private static TestNode among(String address, int port, boolean proxied) {
    return TestNode.start(
        c -> {
          configure(c, 1);
          c.node("peerNetworks", List.of("127.0.41.0/28"));
          c.vdb("address", address).vdb("ports", List.of(port));
          if (proxied) {
            c.vdb("proxyProtocol.enabled", true);
            c.vdb("proxyProtocol.trusted", List.of("127.0.0.0/8"));
          }
        });
  }

  private static Line at(String host, int port, boolean proxied) throws IOException {
    Line line = Line.to(port, host, "127.0.0.1");
    if (proxied) {
      line.send(HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000"));
    }
    return line;
  }

  private static List<Map<String, Object>> peer(int id, TestNode at) {
    return List.of(Map.of("id", id, "host", "localhost", "port", at.node().port("app")));
  }

  @Test
  void peerThatIsAwayOrHasNoNameLosesTheRequestAndNothingElse() throws Exception {
    int closed;
    try (ServerSocket socket = new ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    List<Map<String, Object>> peers =
        List.of(
            Map.of("id", 8, "host", "127.0.0.1", "port", closed),
            Map.of("id", 9, "host", "no-such-host.invalid", "port", 5432));
    try (TestNode own = TestNode.start(c -> configure(c.node("peers", peers), 1));
        Line session = logIn(own, "app")) {
      for (int id : new int[] {8, 9}) {
        cancel(own.node().port("app"), id << 19 | 5, new byte[4]);
      }
      assertThat(session.value("SELECT 'goes on'")).isEqualTo("goes on");
    }
  }

  @Test
  void sessionThatEndedHasNoKeyAnyMore() throws Exception {
    Line gone = logIn("app");
    gone.send(Frontend.terminate());
    gone.untilClosed();
    cancel(gone, node.node().port("app"));
    assertThatThrownBy(() -> gone.value("SELECT 1")).isInstanceOf(IOException.class);
  }
}
