package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A whole node in front of a global cluster, as far as functions of Aurora's names tell of one:
 * what clients notice of a fence, and of a switchover to another region.
 */
@Tag("ci")
class FencedWriterIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private GlobalServers servers;

  @BeforeEach
  void start() {
    servers =
        GlobalServers.start(
            primary ->
                RoutedCluster.asOwner(
                    primary,
                    "CREATE TABLE item (n int PRIMARY KEY)",
                    "CREATE TABLE known AS SELECT 1 AS n",
                    "CREATE TABLE later (n int)"));
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  private TestNode node(String fence, String queueTimeout) {
    return TestNode.start(
        c ->
            servers
                .source(c, servers.near(), servers.far(), servers.primary())
                .source("cluster.reads", "all")
                .source("cluster.probe.timeout", "1s")
                .vdb("rules", List.of("main"))
                .rules(
                    "main",
                    "{\"match\": \"^INSERT INTO later\", \"action\": \"async-execute\","
                        + " \"parameters\": {\"spoofedResult\": 1, \"maxPollInterval\":"
                        + " 12000}}")
                .source("cluster.failover.queueTimeout", queueTimeout)
                .source("cluster.failover.fence", fence));
  }

  private static Connection client(TestNode node) throws SQLException {
    return node.target().as("app", "app").jdbc();
  }

  /** Until then a write may be one to any table, and a lost one holds all reads back. */
  private static void awaitCatalogue(TestNode node) throws SQLException {
    try (Connection simple = node.target().as("app", "app").jdbc("preferQueryMode", "simple")) {
      RoutedCluster.awaitCatalogue(simple, "known");
    }
  }

  private static String fence(TestNode node) {
    return String.valueOf(node.admin("SHOW CLUSTER").get(0).get("fence"));
  }

  private void awaitConfirmed(TestNode node) {
    Await.until(
        "the server of the other region confirms the writer",
        PATIENCE,
        () -> fence(node).equals("confirmed by 127.0.0.1:" + servers.far().port()),
        () -> fence(node));
  }

  private static String insert(int n) {
    return "INSERT INTO item VALUES (" + n + ")";
  }

  private static void inserts(Connection client, int n) throws SQLException {
    Jdbc.execute(client, insert(n));
  }

  private static CompletableFuture<Void> later(Connection client, int n) {
    return RoutedCluster.executeMeanwhile(client, insert(n));
  }

  /**
   * What a read has pruned counts as written, and is sent to replicas with the next commit only.
   */
  private boolean replicaAnswers(Connection client) throws SQLException {
    servers.primary().executeIn("app", "SELECT pg_logical_emit_message(true, 'sent', '')");
    try {
      return Jdbc.value(client, "SELECT count(*) FROM known").equals("1");
    } catch (SQLException e) {
      assertThat(e.getSQLState()).isEqualTo("57P03");
      return false;
    }
  }

  private static List<String> rows(PostgresServer server) {
    return List.of(
        server
            .queryValue("app", "SELECT coalesce(string_agg(n::text, ',' ORDER BY n), '') FROM item")
            .split(","));
  }

  @Test
  void aWriterThatNothingOutsideItsRegionConfirmsTakesNoWritesUntilSomethingDoes()
      throws Exception {
    try (LoggedLines lines = LoggedLines.of("heimdall.cluster");
        TestNode node = node("5s", "4s");
        Connection idle = client(node);
        Connection open = client(node);
        Connection writing = client(node);
        Connection waiting = client(node)) {
      awaitConfirmed(node);
      awaitCatalogue(node);
      inserts(writing, 1);
      Jdbc.value(idle, "SELECT count(*) FROM known");
      open.setAutoCommit(false);
      inserts(open, 2);

      servers.far().freeze();
      Await.until(
          "the writer is fenced",
          PATIENCE,
          () -> fence(node).startsWith("fenced since 20"),
          () -> fence(node));

      assertThatThrownBy(() -> inserts(open, 3))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
      assertThatThrownBy(() -> inserts(writing, 4))
          .isInstanceOfSatisfying(
              SQLException.class,
              e -> {
                assertThat(e.getSQLState()).isEqualTo("57P03");
                assertThat(e.getMessage())
                    .contains("nothing outside its region confirms the writer");
              });
      Await.until(
          "a replica answers reads of a client that is still connected",
          PATIENCE,
          () -> replicaAnswers(idle),
          () -> "none has what was written");
      assertThat(rows(servers.primary())).containsExactly("1");
      assertThat(node.admin("SHOW NODES"))
          .anySatisfy(
              row ->
                  assertThat(row)
                      .containsEntry("node", "127.0.0.1:" + servers.primary().port())
                      .containsEntry("state", "fenced"));
      assertThat(node.metric("heimdall_cluster_fenced{source=\"main\"}")).isEqualTo(1);
      assertThat(node.metric("heimdall_cluster_events_total{event=\"fenced\",source=\"main\"}"))
          .isEqualTo(1);

      CompletableFuture<Void> held = later(waiting, 5);
      servers.far().thaw();
      held.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      inserts(writing, 6);
      open.rollback();
      inserts(open, 7);
      open.commit();
      assertThat(rows(servers.primary())).containsExactly("1", "5", "6", "7");
      assertThat(node.metric("heimdall_cluster_fenced{source=\"main\"}")).isZero();
      assertThat(lines.beginningWith("WARN cluster fenced"))
          .singleElement()
          .asString()
          .contains("nothing outside " + GlobalServers.HERE + " has confirmed it within 5 s");
    }
  }

  private long later() {
    return Long.parseLong(servers.primary().queryValue("app", "SELECT count(*) FROM later"));
  }

  private static boolean paused(TestNode node) {
    return node.admin("SHOW QUEUES").stream().anyMatch(row -> row.containsValue("paused"));
  }

  /** Over connections of the node's own; statements that a rule defers wait for 12 s here. */
  @Test
  void whatRulesWriteWaitsForAWriterThatIsConfirmed() throws Exception {
    try (TestNode node = node("5s", "4s");
        Connection client = client(node)) {
      awaitConfirmed(node);
      Jdbc.execute(client, "INSERT INTO later VALUES (1)");
      Await.until("it is carried out", PATIENCE, () -> later() == 1, () -> later() + " rows");

      Jdbc.execute(client, "INSERT INTO later VALUES (2)");
      servers.far().freeze();
      Await.until(
          "the writer is fenced",
          PATIENCE,
          () -> fence(node).startsWith("fenced since 20"),
          () -> fence(node));
      Await.until(
          "there is no connection for what was deferred",
          PATIENCE,
          () -> paused(node),
          () -> node.admin("SHOW QUEUES") + ", " + later() + " rows");
      assertThat(later()).isEqualTo(1);

      servers.far().thaw();
      Await.until("it is carried out", PATIENCE, () -> later() == 2, () -> later() + " rows");
    }
  }

  @Test
  void clientsOfASwitchoverToAnotherRegionWaitOrGetTheRetryableErrorAndStay() throws Exception {
    try (TestNode node = node("30s", "30s");
        Connection idle = client(node);
        Connection open = client(node);
        Connection writing = client(node)) {
      awaitConfirmed(node);
      awaitCatalogue(node);
      inserts(writing, 1);
      Jdbc.value(idle, "SELECT count(*) FROM known");
      open.setAutoCommit(false);
      inserts(open, 2);

      servers.primary().stop(StopMode.FAST);
      CompletableFuture<Void> held = later(writing, 3);
      assertThatThrownBy(() -> inserts(open, 4))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
      assertThat(held).as("it waits for the new writer").isNotDone();
      servers.promoteFar();

      held.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      open.rollback();
      inserts(open, 5);
      open.commit();
      inserts(idle, 6);
      assertThat(rows(servers.far())).containsExactly("1", "3", "5", "6");
      assertThat(fence(node)).contains("its promotion, which this node has seen");
    }
  }
}
