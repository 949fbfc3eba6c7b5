package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.awaitCatalogue;
import static dev.heimdall.test.cluster.WithoutWriter.COUNT;
import static dev.heimdall.test.cluster.WithoutWriter.other;
import static dev.heimdall.test.cluster.WithoutWriter.refused;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What reads that may be stale miss, and do not, while the writer of a global cluster is fenced,
 * while servers of two regions claim to be it, and during a switchover to another region: there is
 * a server that could answer them each time, and it is not the writer. A replica stands still with
 * what was there before.
 */
@Tag("long")
class StaleReadsOfRegionsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration A_WHILE = Duration.ofSeconds(2);

  private GlobalServers servers;

  @BeforeEach
  void start() {
    servers = GlobalServers.start(WithoutWriter::twoTables);
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  private TestNode node(String consistency, String fence) {
    return node(consistency, fence, "10m");
  }

  private TestNode node(String consistency, String fence, String bound) {
    return TestNode.start(
        c ->
            servers
                .source(c, servers.near(), servers.far(), servers.primary())
                .source("cluster.reads", "all")
                .source("cluster.consistency", consistency)
                .source("cluster.lag.maxStaleness", "500ms")
                .source("cluster.lag.maxTime", "1s")
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
    return Jdbc.queryInfo(client).getOrDefault("answered by", "").startsWith("replica");
  }

  /** A write that the replica next to the writer does not get any more, and one elsewhere may. */
  private void writes(Connection reads, Connection writes, boolean alsoThere) throws SQLException {
    awaitCatalogue(writes, "other");
    for (Connection client : List.of(reads, writes)) {
      Await.until(
          "replicas answer",
          PATIENCE,
          () -> {
            servers.primary().executeIn("app", "SELECT pg_logical_emit_message(true, 'sent', '')");
            return atReplica(client);
          },
          () -> "not yet");
    }
    RoutedCluster.pauseReplay(servers.near());
    if (!alsoThere) {
      RoutedCluster.pauseReplay(servers.far());
    }
    execute(writes, "INSERT INTO other VALUES (2)");
    assertThat(other(writes)).as("while there is a writer").isEqualTo("2");
    if (alsoThere) {
      Await.until(
          "the other region has it",
          () -> servers.far().queryValue("app", "SELECT count(*) FROM other").equals("2"));
    }
  }

  private static void areStale(Connection reads, Connection writes) throws SQLException {
    long from = System.nanoTime();
    while (System.nanoTime() - from < A_WHILE.toNanos()) {
      assertThat(other(reads)).isEqualTo("1");
      assertThat(other(writes)).as("without its own write").isEqualTo("1");
    }
    assertThat(Jdbc.queryInfo(writes).get("answered by"))
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

  /** Until all of them are so at once. */
  private static void awaitStates(TestNode node, String... expected) {
    Await.until(
        "servers are " + List.of(expected),
        PATIENCE,
        () -> Stream.of(expected).allMatch(states(node)::contains),
        () -> states(node));
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "fleet"})
  void whileTheWriterIsFenced(String consistency) throws Exception {
    try (TestNode node = node(consistency, "5s");
        Connection reads = client(node);
        Connection writes = client(node)) {
      writes(reads, writes, false);
      servers.far().freeze();
      awaitStates(node, servers.primary().port() + " unknown fenced");

      areStale(reads, writes);
      assertRejected(writes, "nothing outside its region confirms the writer");

      servers.far().thaw();
      awaitStates(node, servers.primary().port() + " writer up");
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
      servers.promoteFar();
      awaitStates(
          node,
          servers.primary().port() + " unknown refuted",
          servers.far().port() + " unknown refuted");

      areStale(reads, writes);
      assertRejected(writes, "several servers of the cluster report that they are the writer");

      servers.primary().stop(StopMode.IMMEDIATE);
      areFreshAgain(reads, writes, consistency);
      assertThat(servers.far().queryValue("app", "SELECT count(*) FROM other")).isEqualTo("29");
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

      servers.far().execute("SELECT pg_wal_replay_resume()");
      servers.promoteFar();
      areFreshAgain(reads, writes, consistency);
    }
  }

  private void losesWriter(TestNode node) {
    servers.primary().stop(StopMode.FAST);
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

      servers.far().execute("SELECT pg_wal_replay_resume()");
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
