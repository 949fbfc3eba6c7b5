package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.execute;
import static dev.heimdall.test.cluster.RoutedCluster.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.GlobalTables;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@link StaleReadsOfRegionsIT} with MySQL and MariaDB in place of Aurora MySQL, whose servers tell
 * no positions: how far a replica is behind is the age of the last beat that it has.
 */
class MysqlStaleReadsOfRegionsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration A_WHILE = Duration.ofSeconds(2);
  private static final String COUNT = "SELECT COUNT(*) FROM other";

  private static MysqlGlobalServers servers(MysqlRelease release) throws Exception {
    MysqlGlobalServers servers = MysqlGlobalServers.start(release);
    MysqlServer primary = servers.cluster().primary();
    primary.executeIn("app", "CREATE TABLE other (i INT)", "INSERT INTO other VALUES (1)");
    primary.execute(
        "SET GLOBAL event_scheduler = ON",
        "CREATE EVENT aurora.beats ON SCHEDULE EVERY 1 SECOND"
            + " DO UPDATE aurora.beat SET at = NOW(6)");
    servers.cluster().awaitReplay(PATIENCE);
    return servers;
  }

  private static MysqlNode node(MysqlGlobalServers servers, String fence) {
    return MysqlNode.start(
        servers.cluster(),
        c ->
            c.source(
                    "url",
                    "jdbc:mysql://127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d/app"
                        .formatted(
                            servers.primary().port(), servers.first().port(), servers.far().port()))
                .source("cluster.global", "arn:aws:rds::123456789012:global-cluster:shop")
                .source("cluster.reads", "all")
                .source("cluster.consistency", "fleet")
                .source("cluster.probe.user", servers.cluster().superuser())
                .source("cluster.probe.password", servers.cluster().password())
                .source("cluster.probe.timeout", "1s")
                .source("catalog.user", servers.cluster().superuser())
                .source("catalog.password", servers.cluster().password())
                .source("cluster.failover.queueTimeout", "4s")
                .source("cluster.failover.staleReads", "10m")
                .source("cluster.failover.fence", fence));
  }

  private static String states(MysqlNode node) {
    return node.admin("SHOW NODES").stream()
        .map(row -> row.get("node") + " " + row.get("role") + " " + row.get("state"))
        .toList()
        .toString();
  }

  private static void awaitState(MysqlNode node, int port, String state) {
    Await.until(
        port + " is " + state,
        PATIENCE,
        () -> states(node).contains(port + " " + state),
        () -> states(node));
  }

  /** A write that the replica next to the writer does not get any more. */
  private static void writes(MysqlGlobalServers servers, MysqlNode node, Connection writes)
      throws SQLException {
    awaitState(node, servers.primary().port(), "writer up");
    awaitState(node, servers.first().port(), "replica up");
    Await.until(
        "the catalogue is known and reads go to replicas",
        PATIENCE,
        () -> {
          value(writes, COUNT);
          return reads(servers.cluster().replicas().get(0)) > 0;
        },
        () -> node.admin("SHOW NODES").toString());
    servers.cluster().replicas().get(0).execute("STOP REPLICA SQL_THREAD");
    execute(writes, "INSERT INTO other VALUES (2)");
    assertThat(value(writes, COUNT)).as("while there is a writer").isEqualTo("2");
    Await.until(
        "the other region has it",
        PATIENCE,
        () -> servers.there().queryValue("app", COUNT).equals("2"),
        () -> "");
  }

  /** Statements of the node's users that are done there. */
  private static long reads(MysqlServer server) {
    return Long.parseLong(
        server.queryValue(
            "",
            "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = '"
                + MysqlRelease.USER
                + "'"));
  }

  private static void areStale(Connection reads, Connection writes) throws SQLException {
    long from = System.nanoTime();
    while (System.nanoTime() - from < A_WHILE.toNanos()) {
      assertThat(value(reads, COUNT)).isIn("1", "2");
      assertThat(value(writes, COUNT)).isIn("1", "2");
    }
  }

  private static void areFreshAgain(Connection reads, Connection writes) throws SQLException {
    for (int rows = 3; rows < 30; rows++) {
      execute(writes, "INSERT INTO other VALUES (" + rows + ")");
      assertThat(value(writes, COUNT)).isEqualTo("" + rows);
      assertThat(value(reads, COUNT)).isEqualTo("" + rows);
    }
  }

  private static void assertRejected(Connection writes, String why) {
    assertThatThrownBy(() -> execute(writes, "INSERT INTO other VALUES (100)"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @EnumSource(names = {"MARIADB", "MYSQL"})
  void whileTheWriterIsFenced(MysqlRelease release) throws Exception {
    try (MysqlGlobalServers servers = servers(release);
        MysqlNode node = node(servers, "5s");
        Connection reads = node.connect();
        Connection writes = node.connect()) {
      writes(servers, node, writes);
      servers.there().freeze();
      try {
        awaitState(node, servers.primary().port(), "unknown fenced");
        areStale(reads, writes);
        assertThat(value(writes, COUNT)).as("of the only replica that answers").isEqualTo("1");
        assertRejected(writes, "nothing outside its region confirms the writer");
      } finally {
        servers.there().thaw();
      }
      awaitState(node, servers.primary().port(), "writer up");
      areFreshAgain(reads, writes);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MARIADB", "MYSQL"})
  void whileServersOfTwoRegionsClaimTheWriter(MysqlRelease release) throws Exception {
    try (MysqlGlobalServers servers = servers(release);
        MysqlNode node = node(servers, "0");
        Connection reads = node.connect();
        Connection writes = node.connect()) {
      writes(servers, node, writes);
      servers.there().promote();
      GlobalTables.writes(servers.there(), MysqlGlobalServers.THERE);
      awaitState(node, servers.primary().port(), "unknown refuted");
      awaitState(node, servers.far().port(), "unknown refuted");
      areStale(reads, writes);
      assertThat(value(writes, COUNT)).as("of the only replica").isEqualTo("1");
      assertRejected(writes, "several servers of the cluster report that they are the writer");

      servers.cluster().primary().kill();
      areFreshAgain(reads, writes);
      assertThat(servers.there().queryValue("app", COUNT)).isEqualTo("29");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MARIADB", "MYSQL"})
  void whileTheWriterMovesToAnotherRegion(MysqlRelease release) throws Exception {
    try (MysqlGlobalServers servers = servers(release);
        MysqlNode node = node(servers, "0");
        Connection reads = node.connect();
        Connection writes = node.connect()) {
      writes(servers, node, writes);
      servers.cluster().primary().stop();
      Await.until(
          "the node knows", PATIENCE, () -> !states(node).contains("writer"), () -> states(node));
      areStale(reads, writes);
      assertRejected(writes, "no server of the cluster reports that it is the writer");

      servers.there().promote();
      GlobalTables.writes(servers.there(), MysqlGlobalServers.THERE);
      areFreshAgain(reads, writes);
    }
  }
}
