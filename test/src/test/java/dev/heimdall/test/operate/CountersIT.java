package dev.heimdall.test.operate;

import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each event that the operations page promises is counted, and logged where it says so. */
@Tag("ci")
class CountersIT {
  private static final Pattern WAITED = Pattern.compile("waited_seconds=(\\d+\\.\\d+)");
  private static final String APP = "{database=\"app\",user=\"app\",vdb=\"app\"}";

  @Test
  void configurationsTakenOverAndRejectedAreCounted() throws Exception {
    try (TestNode node = TestNode.start(c -> {})) {
      Door door = new Door(node.httpPort());
      node.change(c -> c.vdb("pool.size", 3));
      assertThat(door.metric("heimdall_config_reloads_total")).isEqualTo(1);
      assertThat(door.metric("heimdall_config_reload_failures_total")).isZero();

      Path document = node.directory().resolve("vdbs/app.json");
      Files.writeString(document, Files.readString(document).replace("\"size\"", "\"sise\""));

      assertThatThrownBy(() -> node.admin("RELOAD")).hasMessageContaining("sise");
      assertThat(door.metric("heimdall_config_reload_failures_total")).isPositive();
      assertThat(door.metric("heimdall_config_reloads_total")).isEqualTo(1);
    }
  }

  @Test
  void refusedLogInsAreCountedByReasonAndThoseOfKnownUsersByUser() throws Exception {
    try (TestNode node = TestNode.start(c -> c.vdb("databases", Map.of("app", "app")))) {
      Door door = new Door(node.httpPort());
      refused(node, "app", "wrong", "app");
      refused(node, "nobody", "wrong", "app");
      refused(node, "app", "app", "elsewhere");

      assertThat(refusals(door, "authentication")).isEqualTo(2);
      assertThat(refusals(door, "unknown_database")).isEqualTo(1);
      assertThat(door.metric("heimdall_login_failures_total" + APP)).isEqualTo(1);
      assertThat(door.get("/metrics").body()).doesNotContain("nobody");
    }
  }

  @Test
  void namesThatARefusedClientMadeUpBecomeNoLabels() throws Exception {
    try (TestNode node = TestNode.start(c -> {})) {
      Door door = new Door(node.httpPort());
      refused(node, "app", "wrong", "made-up");

      assertThat(
              door.metric(
                  "heimdall_login_failures_total{database=\"(other)\",user=\"app\",vdb=\"app\"}"))
          .isEqualTo(1);
      assertThat(door.get("/metrics").body()).doesNotContain("made-up");
    }
  }

  @Test
  void statementsThatRulesLeaveOutOfStatisticsAreInNone() throws Exception {
    String untracked =
        "{\"match\": \"untracked\", \"action\": \"tag\", \"parameters\": {\"notrack\": true}}";
    try (TestNode node =
            TestNode.start(
                c -> c.node("loops", 1).vdb("rules", List.of("r")).rules("r", untracked));
        RawClient client = RawClient.logIn(node.target())) {
      client.query("CREATE TEMP TABLE t (a int)");
      Door door = new Door(node.httpPort());
      Map<String, Double> before = statistics(door);

      client.query("SELECT 1 AS untracked");
      client.query("INSERT INTO t VALUES (1) /* untracked */");
      batch(client, "SELECT 2 AS untracked");
      assertThat(statistics(door)).isEqualTo(before);

      client.query("BEGIN");
      client.query("SELECT 3 AS untracked");
      client.query("COMMIT");
      client.query("SELECT 1");
      batch(client, "INSERT INTO t VALUES (2)");
      Map<String, Double> after = statistics(door);

      Map<String, Double> counted = new TreeMap<>();
      after.forEach((name, value) -> counted.put(name, value - before.get(name)));
      assertThat(counted)
          .containsEntry("heimdall_queries_total", 4.0)
          .containsEntry("heimdall_transactions_total", 3.0)
          .containsEntry("heimdall_transaction_queries_total", 2.0)
          .containsEntry("heimdall_reads_total", 1.0)
          .containsEntry("heimdall_writes_total", 1.0);
    }
  }

  @Test
  void whatClientsWaitForIsInTheirTimesAndNotInThoseOfServers() throws Exception {
    try (TestNode node =
            TestNode.start(
                c -> c.node("loops", 1).vdb("pool.size", 1).vdb("pool.queueTimeout", "2s"));
        RawClient holder = RawClient.logIn(node.target());
        RawClient waiting = RawClient.logIn(node.target())) {
      Door door = new Door(node.httpPort());
      holder.query("BEGIN");
      holder.query("SELECT 1");
      double servers = door.metric("heimdall_query_time_seconds_total" + APP);
      waiting.send(Frontend.query("SELECT 2"));
      Await.until(
          "it has waited for half a second",
          () -> door.metric("heimdall_pool_max_wait_seconds" + APP) > 0.5);
      holder.query("COMMIT");
      waiting.untilReady();

      assertThat(longerThanHalfASecond(door, "response")).isEqualTo(1);
      assertThat(door.metric("heimdall_response_time_seconds_total" + APP))
          .isGreaterThan(door.metric("heimdall_query_time_seconds_total" + APP) - servers + 0.5);

      holder.query("BEGIN");
      holder.query("SELECT 1");
      double errors = door.metric("heimdall_errors_total" + APP);
      assertThat(Message.errorIn(waiting.query("SELECT 3"))).isEqualTo("53300");
      assertThat(door.metric("heimdall_errors_total" + APP)).isEqualTo(errors + 1);
      assertThat(longerThanHalfASecond(door, "response")).isEqualTo(2);
      assertThat(longerThanHalfASecond(door, "query")).isZero();
    }
  }

  private static double longerThanHalfASecond(Door door, String what) {
    String name = "heimdall_" + what + "_duration_seconds_";
    return door.metric(name + "count{vdb=\"app\"}")
        - door.metric(name + "bucket{vdb=\"app\",le=\"0.262144\"}");
  }

  private static void batch(RawClient client, String sql) throws IOException {
    client.send(Frontend.all(parse("", sql), bind("", ""), execute("", 0), sync()));
    client.untilReady();
  }

  /** Of those that are about statements, what each says. */
  private static Map<String, Double> statistics(Door door) {
    Map<String, Double> all = new TreeMap<>();
    for (String name :
        List.of(
            "heimdall_queries_total",
            "heimdall_query_time_seconds_total",
            "heimdall_transactions_total",
            "heimdall_transaction_queries_total",
            "heimdall_reads_total",
            "heimdall_writes_total")) {
      all.put(name, door.metric(name + APP));
    }
    all.put("histogram", door.metric("heimdall_query_duration_seconds_count{vdb=\"app\"}"));
    return all;
  }

  private static void refused(TestNode node, String user, String password, String database) {
    assertThatThrownBy(() -> RawClient.logIn(node.target().as(user, password).in(database)).close())
        .isInstanceOf(RawClient.ErrorReceived.class);
  }

  private static double refusals(Door door, String reason) {
    return door.metric("heimdall_clients_refused_total{reason=\"" + reason + "\"}");
  }

  @Test
  void bytesThatAreNoStartUpPacketAreCountedAsARefusalAndAProtocolError() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient client = RawClient.connect(node.target())) {
      Door door = new Door(node.httpPort());
      client.send("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      client.untilClosed();

      assertThat(refusals(door, "protocol")).isEqualTo(1);
      assertThat(door.metric("heimdall_client_protocol_errors_total")).isEqualTo(1);
    }
  }

  @Test
  void aTlsHandshakeThatFailsIsCountedAsARefusal() throws Exception {
    try (TestNode node = TestNode.start(c -> c.clientTls("allow", TestCertificate.localhost()));
        RawClient client = RawClient.connect(node.target())) {
      Door door = new Door(node.httpPort());
      client.send(Frontend.sslRequest());
      assertThat(client.receiveByte()).isEqualTo('S');
      client.send("no handshake".getBytes(StandardCharsets.US_ASCII));

      Await.until("the refusal is counted", () -> refusals(door, "tls") == 1);
    }
  }

  @Test
  void aClientThatSaysNothingIsRefusedInTimeAndCounted() throws Exception {
    try (TestNode node = TestNode.start(c -> c.node("loginTimeout", "200ms"));
        RawClient client = RawClient.connect(node.target())) {
      Door door = new Door(node.httpPort());
      assertThat(client.untilClosed()).isEmpty();

      assertThat(refusals(door, "timeout")).isEqualTo(1);
    }
  }

  @Test
  void aMalformedMessageOfASessionIsCounted() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient client = RawClient.logIn(node.target())) {
      Door door = new Door(node.httpPort());
      client.send(new byte[] {'Q', 0, 0, 0, 1});

      assertThat(client.untilClosed()).last().extracting(Message::sqlState).isEqualTo("08P01");
      assertThat(door.metric("heimdall_client_protocol_errors_total")).isEqualTo(1);
      assertThat(door.metric("heimdall_clients_accepted_total")).isEqualTo(1);
      Await.until(
          "the client is counted as closed",
          () -> door.metric("heimdall_clients_closed_total") == 1);
    }
  }

  @Test
  void aCancelRequestWithAWrongKeyIsCounted() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient client = RawClient.logIn(node.target());
        RawClient stranger = RawClient.connect(node.target())) {
      Door door = new Door(node.httpPort());
      stranger.send(Frontend.cancelRequest(client.processId(), new byte[] {1, 2, 3, 4}));
      stranger.untilClosed();
      assertThat(door.metric("heimdall_cancels_unknown_total")).isEqualTo(1);

      client.cancel();
      assertThat(door.metric("heimdall_cancels_unknown_total")).isEqualTo(1);
    }
  }

  @Test
  void serverConnectionsAreCountedAndLoggedFromTheirBeginningToTheirEnd() throws Exception {
    try (LoggedLines log = LoggedLines.of("heimdall.server");
        TestNode node = TestNode.start(c -> c.node("loops", 1));
        RawClient client = RawClient.logIn(node.target())) {
      Door door = new Door(node.httpPort());
      client.value("SELECT 1");
      assertThat(door.metric("heimdall_server_connects_total")).isEqualTo(1);
      assertThat(log.beginningWith("DEBUG server connected"))
          .singleElement()
          .asString()
          .contains("vdb=app", "database=app", "user=app", "pid=");

      node.admin("RECONNECT app");
      Await.until(
          "the connection is closed", () -> door.metric("heimdall_server_closes_total") == 1);
      client.value("SELECT 1");

      assertThat(door.metric("heimdall_server_connects_total")).isEqualTo(2);
      assertThat(log.beginningWith("DEBUG server closed"))
          .singleElement()
          .asString()
          .contains("vdb=app", "reason=", "seconds=");
    }
  }

  @Test
  void aServerConnectionThatTheServerEndsIsLoggedAsSuch() throws Exception {
    try (LoggedLines log = LoggedLines.of("heimdall.server");
        TestNode node = TestNode.start(c -> c.node("loops", 1));
        RawClient client = RawClient.logIn(node.target())) {
      Door door = new Door(node.httpPort());
      String pid = client.value("SELECT pg_backend_pid()");
      SharedPostgres.value("SELECT pg_terminate_backend(" + pid + ")");

      Await.until(
          "the connection is closed", () -> door.metric("heimdall_server_closes_total") == 1);
      assertThat(log.beginningWith("INFO server closed"))
          .singleElement()
          .asString()
          .contains("administrator command");
    }
  }

  @Test
  void aServerThatCannotBeReachedIsCountedLoggedOnceAndShownAsUnreachable() throws Exception {
    int nobody = FreePort.any();
    try (LoggedLines log = LoggedLines.of("heimdall.server");
        TestNode node =
            TestNode.start(
                c ->
                    c.node("loops", 1)
                        .source("url", "jdbc:postgresql://127.0.0.1:" + nobody + "/app")
                        .source("connectTimeout", "300ms"))) {
      Door door = new Door(node.httpPort());
      assertThatThrownBy(() -> RawClient.logIn(node.target()).close())
          .isInstanceOf(RawClient.ErrorReceived.class);

      assertThat(door.metric("heimdall_server_connect_failures_total")).isPositive();
      assertThat(door.metric("heimdall_vdb_reachable{vdb=\"app\"}")).isZero();
      assertThat(door.status().at("/vdbs/0").has("probe")).isFalse();
      assertThat(refusals(door, "server_unavailable")).isEqualTo(1);
      assertThat(log.beginningWith("WARN server connect failed"))
          .singleElement()
          .asString()
          .contains("vdb=app", "addr=127.0.0.1:" + nobody);
    }
  }

  @Test
  void aDatabaseThatTheServerDoesNotKnowLeavesTheVdbReachable() throws Exception {
    try (TestNode node = TestNode.start(c -> c.node("loops", 1))) {
      Door door = new Door(node.httpPort());
      refused(node, "app", "app", "no_such_database");

      assertThat(door.metric("heimdall_server_connect_failures_total")).isPositive();
      assertThat(door.metric("heimdall_vdb_reachable{vdb=\"app\"}")).isEqualTo(1);
    }
  }

  @Test
  void aServerThatBreaksTheProtocolIsCountedAndLogged() throws Exception {
    try (LoggedLines log = LoggedLines.of("heimdall.server");
        ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        TestNode node =
            TestNode.start(
                c ->
                    c.node("loops", 1)
                        .source(
                            "url",
                            "jdbc:postgresql://127.0.0.1:" + listening.getLocalPort() + "/app"))) {
      Thread server = new Thread(() -> babble(listening), "a server that breaks the protocol");
      server.start();
      Door door = new Door(node.httpPort());
      try (RawClient client = RawClient.logIn(node.target())) {
        client.query("SELECT 1");
      }

      assertThat(door.metric("heimdall_server_protocol_errors_total")).isEqualTo(1);
      assertThat(log.beginningWith("WARN server protocol error"))
          .singleElement()
          .asString()
          .contains("vdb=app", "addr=127.0.0.1:" + listening.getLocalPort());
      server.join();
    }
  }

  /**
   * Lets one client in, answers the node's query for the server's limits with nothing, and the
   * client's first statement with what is no message.
   */
  private static void babble(ServerSocket listening) {
    try (Socket socket = listening.accept()) {
      InputStream in = socket.getInputStream();
      in.readNBytes(ByteBuffer.wrap(in.readNBytes(4)).getInt() - 4);
      socket
          .getOutputStream()
          .write(
              new byte[] {
                'R', 0, 0, 0, 8, 0, 0, 0, 0, 'K', 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 2, 'Z', 0, 0, 0,
                5, 'I'
              });
      in.readNBytes(1);
      in.readNBytes(ByteBuffer.wrap(in.readNBytes(4)).getInt() - 4);
      socket.getOutputStream().write(new byte[] {'I', 0, 0, 0, 4, 'Z', 0, 0, 0, 5, 'I'});
      if (in.read() >= 0) {
        socket.getOutputStream().write(new byte[] {'D', 0, 0, 0, 0});
      }
      in.readAllBytes();
    } catch (IOException e) {
      // The node has closed the connection, as it should.
    }
  }

  @Test
  void aConnectionThatIsCleanedForTheNextSessionIsCounted() throws Exception {
    try (TestNode node = TestNode.start(c -> c.node("loops", 1))) {
      Door door = new Door(node.httpPort());
      try (RawClient client = RawClient.logIn(node.target())) {
        client.value("SELECT 1");
        assertThat(door.metric("heimdall_server_resets_total")).isZero();
        client.query("CREATE TEMPORARY TABLE mine (id int)");
      }

      Await.until(
          "it is cleaned",
          Duration.ofSeconds(20),
          () -> door.metric("heimdall_server_resets_total") == 1,
          () -> node.clients() + " " + node.servers());
    }
  }

  @Test
  void aClientThatWaitsForLongIsToldAndCounted() throws Exception {
    try (TestNode node =
            TestNode.start(
                c -> c.node("loops", 1).vdb("pool.size", 1).vdb("pool.queueNotice", "100ms"));
        RawClient first = RawClient.logIn(node.target());
        RawClient second = RawClient.logIn(node.target())) {
      Door door = new Door(node.httpPort());
      first.query("BEGIN");
      second.send(Frontend.query("SELECT 1"));

      assertThat(second.receive().type()).isEqualTo('N');
      assertThat(door.metric("heimdall_pool_wait_notices_total")).isEqualTo(1);
      assertThat(node.admin("SHOW POOLS"))
          .singleElement()
          .satisfies(row -> assertThat(row).containsEntry("wait_notices", "1"));

      first.query("COMMIT");
      second.untilReady();
      assertThat(door.metric("heimdall_pool_waits_total" + APP)).isEqualTo(1);
      assertThat(door.metric("heimdall_pool_wait_timeouts_total" + APP)).isZero();
    }
  }

  @Test
  void aClientThatWaitsInVainIsCountedAndThePoolLoggedAsExhausted() throws Exception {
    try (LoggedLines log = LoggedLines.of("heimdall.pool");
        TestNode node = TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 1));
        RawClient first = RawClient.logIn(node.target());
        RawClient second = RawClient.logIn(node.target())) {
      Door door = new Door(node.httpPort());
      first.query("BEGIN");
      // Only now, so that nobody waits too long for a server connection to be made.
      node.change(c -> c.vdb("pool.queueTimeout", "200ms"));

      long asked = System.nanoTime();
      assertThat(second.query("SELECT 1")).first().extracting(Message::sqlState).isEqualTo("53300");
      double waited = (System.nanoTime() - asked) * 1e-9;

      assertThat(door.metric("heimdall_pool_wait_timeouts_total" + APP)).isEqualTo(1);
      assertThat(log.beginningWith("WARN pool exhausted"))
          .singleElement()
          .asString()
          .contains("vdb=app", "database=app", "user=app", "size=1")
          .satisfies(
              line -> {
                Matcher logged = WAITED.matcher(line);
                assertThat(logged.find()).isTrue();
                assertThat(Double.parseDouble(logged.group(1)))
                    .as("no less than the limit, and no more than the client has seen")
                    .isBetween(0.2, waited + 0.001);
              });
    }
  }

  @Test
  void aStatementThatFindsTheQueueFullIsRefusedAndItsSessionGoesOn() throws Exception {
    try (TestNode node =
            TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 1).vdb("pool.maxQueue", 1));
        RawClient first = RawClient.logIn(node.target());
        RawClient second = RawClient.logIn(node.target());
        RawClient third = RawClient.logIn(node.target())) {
      Door door = new Door(node.httpPort());
      first.query("BEGIN");
      second.send(Frontend.query("SELECT 2"));
      Await.until(
          "the second one waits",
          () -> node.admin("SHOW POOLS").get(0).get("cl_waiting").equals("1"));

      assertThat(third.query("SELECT 3")).extracting(Message::type).containsExactly('E', 'Z');

      first.query("COMMIT");
      second.untilReady();
      assertThat(third.value("SELECT 3")).isEqualTo("3");
      assertThat(door.metric("heimdall_pool_wait_timeouts_total" + APP)).isEqualTo(1);
    }
  }

  @Test
  void preparedStatementsAreCountedAsParsedOrFound() throws Exception {
    try (TestNode node = TestNode.start(c -> c.node("loops", 1));
        RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      Door door = new Door(node.httpPort());
      prepareAndRun(client);
      assertThat(door.metric("heimdall_prepared_parses_total" + APP)).isEqualTo(1);
      double found = door.metric("heimdall_prepared_hits_total" + APP);

      prepareAndRun(other);

      assertThat(door.metric("heimdall_prepared_parses_total" + APP)).isEqualTo(1);
      assertThat(door.metric("heimdall_prepared_hits_total" + APP)).isEqualTo(found + 2);
    }
  }

  private static void prepareAndRun(RawClient client) throws IOException {
    client.send(
        Frontend.parse("mine", "SELECT 1"),
        Frontend.bind("", "mine"),
        Frontend.execute("", 0),
        Frontend.sync());
    assertThat(client.untilReady()).noneMatch(message -> message.type() == 'E');
  }
}
