package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.NodeKind;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the SHOW commands tell is what is. */
class ShowIT {

  @ParameterizedTest
  @EnumSource(
      value = NodeKind.class,
      names = {"ONE_LOOP", "TWO_LOOPS"})
  void clientsServersAndPoolsTellWhoDoesWhat(NodeKind kind) throws Exception {
    try (TestNode node =
            TestNode.start(
                c -> {
                  kind.into(c);
                  c.vdb("pool.size", 3);
                });
        RawClient idle = RawClient.logIn(node.target(), "application_name", "idler");
        RawClient transaction = RawClient.logIn(node.target());
        RawClient pinned = RawClient.logIn(node.target());
        RawClient running = RawClient.logIn(node.target());
        RawClient waiting = RawClient.logIn(node.target())) {
      idle.value("SELECT 1");
      transaction.query("BEGIN");
      String transactionPid = transaction.value("SELECT pg_backend_pid()");
      pinned.query("CREATE TEMPORARY TABLE mine (id int)");
      String pinnedPid = pinned.value("SELECT pg_backend_pid()");
      running.send(Frontend.query("SELECT pg_sleep(60)"));
      Await.until("one runs", () -> client(node, running).get("state").equals("active"));
      waiting.send(Frontend.query("SELECT 1"));
      Await.until("one waits", () -> client(node, waiting).get("state").equals("waiting"));

      checkClients(node, idle, transaction, pinned, running, waiting);
      checkServers(node, transaction, transactionPid, pinned, pinnedPid);
      assertThat(node.admin("SHOW POOLS"))
          .singleElement()
          .satisfies(
              row ->
                  assertThat(row)
                      .containsEntry("vdb", "app")
                      .containsEntry("database", "app")
                      .containsEntry("user", "app")
                      .containsEntry("cl_active", "3")
                      .containsEntry("cl_idle", "1")
                      .containsEntry("cl_waiting", "1")
                      .containsEntry("cl_pinned", "1")
                      .containsEntry("sv_active", "3")
                      .containsEntry("sv_idle", "0")
                      .containsEntry("pool_size", "3")
                      .containsEntry("pool_mode", "transaction")
                      .containsEntry("paused", "f"));
      running.cancel();
      running.untilReady();
      transaction.query("COMMIT");
      waiting.untilReady();
      Await.until("nobody waits", () -> client(node, waiting).get("state").equals("idle"));
    }
  }

  /** It has the answers that it has asked for, and keeps a server connection until its Sync. */
  @Test
  void aClientThatStopsInABatchIsNamed() throws IOException {
    try (TestNode node = TestNode.start(c -> c.vdb("pool.size", 1));
        RawClient client = RawClient.logIn(node.target())) {
      client.send(
          Frontend.parse("", "SELECT 7"),
          Frontend.bind("", ""),
          Frontend.execute("", 0),
          Frontend.flush());
      Await.until(
          "it stops in its batch", () -> client(node, client).get("state").equals("idle_in_batch"));
      client.send(Frontend.sync());
      client.untilReady();
      Await.until("its batch is over", () -> client(node, client).get("state").equals("idle"));
    }
  }

  private static void checkClients(
      TestNode node,
      RawClient idle,
      RawClient transaction,
      RawClient pinned,
      RawClient running,
      RawClient waiting) {
    assertThat(client(node, idle))
        .containsEntry("application_name", "idler")
        .containsEntry("state", "idle")
        .containsEntry("link", null)
        .containsEntry("queries", "1");
    assertThat(client(node, transaction))
        .containsEntry("state", "idle_in_transaction")
        .containsEntry("pin_reason", null)
        .containsEntry("queries", "2");
    assertThat(client(node, pinned))
        .containsEntry("state", "idle")
        .containsEntry("pin_reason", "temporary table");
    assertThat(client(node, running)).containsEntry("state", "active");
    Map<String, String> first = client(node, waiting);
    assertThat(first).containsEntry("link", null).containsEntry("remote_pid", null);
    Await.until("its wait grows", () -> waited(client(node, waiting)) > waited(first));
    assertThat(waited(client(node, idle))).isZero();
  }

  private static long waited(Map<String, String> row) {
    return Long.parseLong(row.get("wait")) * 1_000_000 + Long.parseLong(row.get("wait_us"));
  }

  private static void checkServers(
      TestNode node,
      RawClient transaction,
      String transactionPid,
      RawClient pinned,
      String pinnedPid) {
    List<Map<String, String>> servers = node.servers();
    assertThat(servers).hasSize(3);
    assertThat(server(servers, transactionPid))
        .containsEntry("state", "active")
        .containsEntry("link", Integer.toString(transaction.processId()))
        .containsEntry("vdb", "app")
        .containsEntry("database", "app")
        .containsEntry("user", "app")
        .containsEntry("port", Integer.toString(SharedPostgres.primary().port()))
        .containsEntry("id", client(node, transaction).get("link"));
    assertThat(client(node, transaction)).containsEntry("remote_pid", transactionPid);
    assertThat(server(servers, pinnedPid))
        .containsEntry("state", "pinned")
        .containsEntry("link", Integer.toString(pinned.processId()));
    assertThat(server(servers, pinnedPid).get("server_version"))
        .isEqualTo(SharedPostgres.value("SHOW server_version"));
    assertThat(Double.parseDouble(server(servers, pinnedPid).get("lifetime_left_seconds")))
        .isBetween(3000.0, 3600.0);
  }

  private static Map<String, String> server(List<Map<String, String>> servers, String pid) {
    return servers.stream()
        .filter(row -> row.get("remote_pid").equals(pid))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, String> client(TestNode node, RawClient client) {
    String id = Integer.toString(client.processId());
    return node.clients().stream()
        .filter(row -> row.get("id").equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void connectionsThatListenOrReplicateAreShown() throws Exception {
    try (TestNode node =
            TestNode.start(
                c ->
                    c.source("user", SharedPostgres.cluster().superuser())
                        .source("password", SharedPostgres.cluster().password()));
        RawClient listening = RawClient.logIn(node.target());
        RawClient replicating = RawClient.logIn(node.target(), "replication", "database")) {
      listening.query("LISTEN shown");

      // The one that LISTEN ran on may still be made ready for the next client.
      Await.until(
          "one of each",
          () ->
              node.servers().stream()
                  .map(row -> row.get("state"))
                  .sorted()
                  .toList()
                  .equals(List.of("idle", "listening", "replication")));
      assertThat(node.servers())
          .filteredOn(row -> row.get("state").equals("replication"))
          .extracting(row -> row.get("link"), row -> row.get("remote_pid"))
          .containsExactly(
              tuple(
                  Integer.toString(replicating.processId()),
                  replicating.value("SELECT pg_backend_pid()")));
    }
  }

  @Test
  void aClientThatWaitsForItsFirstServerConnectionCanBeKilled() throws Exception {
    try (TestNode node = TestNode.start(c -> c.vdb("pool.size", 1));
        RawClient holder = RawClient.logIn(node.target());
        RawClient first = RawClient.connect(node.target())) {
      holder.query("BEGIN");
      // What a server reports to sessions with such parameters is not known yet.
      Thread login = new Thread(() -> logIn(first, "IntervalStyle", "iso_8601"), "log-in");
      login.start();
      Await.until(
          "it waits",
          () -> node.clients().stream().anyMatch(row -> row.get("state").equals("login")));
      String id =
          node.clients().stream()
              .filter(row -> row.get("state").equals("login"))
              .map(row -> row.get("id"))
              .findFirst()
              .orElseThrow();
      assertThat(id).isNotEqualTo("0");
      node.admin("KILL " + id);
      login.join();
      assertThat(node.clients()).hasSize(1);
    }
  }

  private static void logIn(RawClient client, String... parameters) {
    try {
      client.logIn(0, parameters);
      throw new AssertionError("the log-in succeeded");
    } catch (IOException refused) {
      assertThat(refused).hasMessageContaining("57P01");
    }
  }

  @Test
  void aClientInTlsIsShownWithItsProtocol() throws Exception {
    try (TestNode node = TestNode.start(NodeKind.TLS::into);
        RawClient client = RawClient.logIn(node.target())) {
      assertThat(client(node, client).get("tls")).startsWith("TLSv1.");
    }
  }

  @Test
  void showConfigMasksSecrets() {
    try (TestNode node =
        TestNode.start(
            c ->
                c.source("password", "a secret source")
                    .user("other", "password", "a secret user"))) {
      List<Map<String, String>> rows = node.admin("SHOW CONFIG");

      assertThat(rows).noneMatch(row -> String.valueOf(row.get("value")).contains("secret"));
      assertThat(rows)
          .filteredOn(row -> row.get("key").endsWith("password"))
          .hasSizeGreaterThanOrEqualTo(2)
          .allSatisfy(row -> assertThat(row.get("value")).isIn("***", ""));
      assertThat(rows)
          .anySatisfy(
              row -> {
                assertThat(row.get("key")).endsWith("pool.size");
                assertThat(row).containsEntry("value", "4").containsEntry("default", "20");
              });
    }
  }

  @Test
  void showStatsAddsUpWhatClientsDid() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.value("SELECT 1");
      client.query("COMMIT");
      client.query("SELECT nonsense");

      assertThat(node.admin("SHOW STATS"))
          .filteredOn(row -> row.get("user").equals("app"))
          .singleElement()
          .satisfies(
              row ->
                  assertThat(row)
                      .containsEntry("total_query_count", "4")
                      .containsEntry("total_xact_count", "2")
                      .containsEntry("logins", "1")
                      .containsEntry("errors", "1")
                      .containsEntry("login_failures", "0"));
    }
  }
}
