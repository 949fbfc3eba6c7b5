package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.awaitCatalogue;
import static dev.heimdall.test.cluster.RoutedCluster.execute;
import static dev.heimdall.test.cluster.WithoutWriter.COUNT;
import static dev.heimdall.test.cluster.WithoutWriter.other;
import static dev.heimdall.test.cluster.WithoutWriter.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What reads that may be stale miss, and do not, while the writer of a global cluster is fenced,
 * while servers of two regions claim to be it, and during a switchover to another region: there is
 * a server that could answer them each time, and it is not the writer. A replica stands still with
 * what was there before.
 */
class StaleReadsOfRegionsIT {
  private static final String HERE = "eu-west-1";
  private static final String THERE = "us-east-1";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration A_WHILE = Duration.ofSeconds(2);

  private PostgresCluster cluster;
  private PostgresServer primary;
  private PostgresServer near;
  private PostgresServer far;

  @BeforeEach
  void start() {
    cluster = PostgresCluster.builder().ephemeralPorts().replicas(2).start();
    primary = cluster.primary();
    near = cluster.replicas().get(0);
    far = cluster.replicas().get(1);
    GlobalFunctions.install(
        primary, Map.of(HERE, List.of(primary, near), THERE, List.of(far)), HERE);
    primary.execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    WithoutWriter.twoTables(primary);
    cluster.awaitReplay(Duration.ofSeconds(20));
  }

  @AfterEach
  void stop() {
    far.thaw();
    cluster.close();
  }

  private TestNode node(String consistency, String fence) {
    return node(consistency, fence, "10m");
  }

  private TestNode node(String consistency, String fence, String bound) {
    return TestNode.start(
        c ->
            c.source(
                    "url",
                    "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d/app"
                        .formatted(near.port(), far.port(), primary.port()))
                .source("user", "app")
                .source("password", "app")
                .user("app", "password", "app")
                .user("app", "admin", true)
                .source("cluster.global", "arn:aws:rds::123456789012:global-cluster:shop")
                .source("cluster.reads", "all")
                .source("cluster.consistency", consistency)
                .source("cluster.lag.maxStaleness", "500ms")
                .source("cluster.lag.maxTime", "1s")
                .source("cluster.probe.user", cluster.superuser())
                .source("cluster.probe.password", cluster.password())
                .source("cluster.probe.database", "postgres")
                .source("cluster.probe.timeout", "1s")
                .source("cluster.failover.queueTimeout", "4s")
                .source("cluster.failover.staleReads", bound)
                .source("cluster.failover.fence", fence));
  }

  private static Connection client(TestNode node) throws SQLException {
    return node.target().as("app", "app").jdbc("preferQueryMode", "simple");
  }

  private static boolean atReplica(Connection client) throws SQLException {
    other(client);
    return RoutedCluster.queryInfo(client).getOrDefault("answered by", "").startsWith("replica");
  }

  private static void stand(PostgresServer replica) {
    replica.execute("SELECT pg_wal_replay_pause()");
    Await.until(
        "replay stands",
        () ->
            replica
                .queryValue("postgres", "SELECT pg_get_wal_replay_pause_state()")
                .equals("paused"));
  }

  /** A write that the replica next to the writer does not get any more, and one elsewhere may. */
  private void writes(Connection reads, Connection writes, boolean alsoThere) throws SQLException {
    awaitCatalogue(writes, "other");
    for (Connection client : List.of(reads, writes)) {
      Await.until(
          "replicas answer",
          PATIENCE,
          () -> {
            primary.executeIn("app", "SELECT pg_logical_emit_message(true, 'sent', '')");
            return atReplica(client);
          },
          () -> "not yet");
    }
    stand(near);
    if (!alsoThere) {
      stand(far);
    }
    execute(writes, "INSERT INTO other VALUES (2)");
    assertThat(other(writes)).as("while there is a writer").isEqualTo("2");
    if (alsoThere) {
      Await.until(
          "the other region has it",
          () -> far.queryValue("app", "SELECT count(*) FROM other").equals("2"));
    }
  }

  private static void areStale(Connection reads, Connection writes) throws SQLException {
    long from = System.nanoTime();
    while (System.nanoTime() - from < A_WHILE.toNanos()) {
      assertThat(other(reads)).isEqualTo("1");
      assertThat(other(writes)).as("without its own write").isEqualTo("1");
    }
    assertThat(RoutedCluster.queryInfo(writes).get("answered by"))
        .contains("which may lack the end of what the last writer wrote");
  }

  /** From the first write that is acknowledged on, reads have all that their level says. */
  private static void areFreshAgain(Connection reads, Connection writes, String consistency)
      throws SQLException {
    for (int rows = 3; rows < 30; rows++) {
      execute(writes, "INSERT INTO other VALUES (" + rows + ")");
      assertThat(other(writes)).isEqualTo("" + rows);
      if (!consistency.equals("session")) {
        assertThat(other(reads)).as("written by another session").isEqualTo("" + rows);
      }
    }
  }

  private static void assertRejected(Connection writes, String why) {
    assertThatThrownBy(() -> execute(writes, "INSERT INTO other VALUES (100)"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57P03"))
        .hasMessageContaining(why);
  }

  private static String states(TestNode node) {
    return node.admin("SHOW NODES").stream()
        .map(row -> row.get("node") + " " + row.get("role") + " " + row.get("state"))
        .toList()
        .toString();
  }

  private void isPromoted() {
    far.promote();
    far.execute("UPDATE public.region SET writes = name = '" + THERE + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "fleet"})
  void whileTheWriterIsFenced(String consistency) throws Exception {
    try (TestNode node = node(consistency, "5s");
        Connection reads = client(node);
        Connection writes = client(node)) {
      writes(reads, writes, false);
      far.freeze();
      Await.until(
          "the writer is fenced",
          PATIENCE,
          () -> states(node).contains(primary.port() + " unknown fenced"),
          () -> states(node));

      areStale(reads, writes);
      assertRejected(writes, "nothing outside its region confirms the writer");

      far.thaw();
      Await.until(
          "the writer is confirmed",
          PATIENCE,
          () -> states(node).contains(primary.port() + " writer up"),
          () -> states(node));
      areFreshAgain(reads, writes, consistency);
    }
  }

  /** Both take writes, and nothing tells which of them was promoted: no document, no date. */
  @ParameterizedTest
  @ValueSource(strings = {"session", "fleet"})
  void whileServersOfTwoRegionsClaimTheWriter(String consistency) throws Exception {
    try (TestNode node = node(consistency, "0");
        Connection reads = client(node);
        Connection writes = client(node)) {
      writes(reads, writes, true);
      isPromoted();
      Await.until(
          "neither is believed",
          PATIENCE,
          () ->
              states(node).contains(primary.port() + " unknown refuted")
                  && states(node).contains(far.port() + " unknown refuted"),
          () -> states(node));

      areStale(reads, writes);
      assertRejected(writes, "several servers of the cluster report that they are the writer");

      primary.stop(StopMode.IMMEDIATE);
      areFreshAgain(reads, writes, consistency);
      assertThat(far.queryValue("app", "SELECT count(*) FROM other")).isEqualTo("29");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "fleet"})
  void whileTheWriterMovesToAnotherRegion(String consistency) throws Exception {
    try (TestNode node = node(consistency, "0");
        Connection reads = client(node);
        Connection writes = client(node)) {
      writes(reads, writes, false);
      losesWriter(node);
      areStale(reads, writes);
      assertRejected(writes, "no server of the cluster reports that it is the writer");

      far.execute("SELECT pg_wal_replay_resume()");
      isPromoted();
      areFreshAgain(reads, writes, consistency);
    }
  }

  private void losesWriter(TestNode node) {
    primary.stop(StopMode.FAST);
    Await.until(
        "the node knows", PATIENCE, () -> !states(node).contains("writer"), () -> states(node));
  }

  /** In neither region, before one of them has all that the writer had so long before it went. */
  @Test
  void noneIsStalerThanTheBoundWhileTheWriterMovesToAnotherRegion() throws Exception {
    try (TestNode node = node("fleet", "0", "3s");
        Connection reads = client(node);
        Connection writes = client(node)) {
      writes(reads, writes, false);
      long written = System.nanoTime();
      Await.until(
          "the bound has passed since the write",
          PATIENCE,
          () ->
              System.nanoTime() - written > Duration.ofSeconds(5).toNanos()
                  && other(reads).equals("2"),
          () -> states(node));
      losesWriter(node);

      assertThat(refused(reads, COUNT)).isEqualTo("57P03");
      assertThat(refused(writes, COUNT)).isEqualTo("57P03");

      far.execute("SELECT pg_wal_replay_resume()");
      Await.until(
          "it has caught up",
          PATIENCE,
          () -> refused(reads, COUNT).equals("answered"),
          () -> states(node));
      for (int i = 0; i < 20; i++) {
        assertThat(other(reads)).as("of the region that has it").isEqualTo("2");
      }
    }
  }
}
