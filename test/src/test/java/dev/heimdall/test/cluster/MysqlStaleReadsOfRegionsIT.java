package dev.heimdall.test.cluster;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.NodeKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@link StaleReadsOfRegionsIT} with MySQL and MariaDB in place of Aurora MySQL, whose servers tell
 * no positions: how far a replica is behind is the age of the last beat that it has.
 */
@Tag("long")
class MysqlStaleReadsOfRegionsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration A_WHILE = Duration.ofSeconds(2);
  private static final Duration BOUND = Duration.ofSeconds(4);
  private static final String COUNT = "SELECT COUNT(*) FROM other";

  static List<MysqlRelease> mariadb() {
    return releases(MysqlRelease.MARIADB);
  }

  static List<MysqlRelease> mysql() {
    return releases(MysqlRelease.MYSQL);
  }

  /** Each starts servers of its own: one of them, or both where all kinds of nodes are tested. */
  private static List<MysqlRelease> releases(MysqlRelease byDefault) {
    return NodeKind.chosen().size() == NodeKind.values().length
        ? List.of(MysqlRelease.MARIADB, MysqlRelease.MYSQL)
        : List.of(byDefault);
  }

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
    return node(servers, fence, "10m");
  }

  private static MysqlNode node(MysqlGlobalServers servers, String fence, String bound) {
    return MysqlNode.start(
        servers.cluster(),
        c ->
            servers
                .source(c, servers.primary(), servers.first(), servers.far())
                .source("cluster.reads", "all")
                .source("cluster.consistency", "fleet")
                .source("cluster.probe.timeout", "1s")
                .catalog(servers.cluster())
                .source("cluster.lag.margin", "500ms")
                .source("cluster.failover.queueTimeout", "4s")
                .source("cluster.failover.staleReads", bound)
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

  /** A write that the replica next to the writer does not get any more, and one elsewhere may. */
  private static void writes(
      MysqlGlobalServers servers, MysqlNode node, Connection writes, boolean alsoThere)
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
    if (!alsoThere) {
      servers.there().execute("STOP REPLICA SQL_THREAD");
    }
    execute(writes, "INSERT INTO other VALUES (2)");
    assertThat(value(writes, COUNT)).as("while there is a writer").isEqualTo("2");
    if (alsoThere) {
      there(servers);
    }
  }

  private static void there(MysqlGlobalServers servers) {
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

  /** A replica that lacks the write answers them, and no server that has it does. */
  private static void areStale(Connection reads, Connection writes) throws SQLException {
    answer(reads, writes, "1", A_WHILE);
  }

  private static void answer(Connection reads, Connection writes, String rows, Duration time)
      throws SQLException {
    long from = System.nanoTime();
    while (System.nanoTime() - from < time.toNanos()) {
      assertThat(value(reads, COUNT)).isEqualTo(rows);
      assertThat(value(writes, COUNT)).isEqualTo(rows);
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
  @MethodSource("mariadb")
  void whileTheWriterIsFenced(MysqlRelease release) throws Exception {
    try (MysqlGlobalServers servers = servers(release);
        MysqlNode node = node(servers, "5s");
        Connection reads = node.connect();
        Connection writes = node.connect()) {
      writes(servers, node, writes, true);
      servers.there().freeze();
      try {
        awaitState(node, servers.primary().port(), "unknown fenced");
        areStale(reads, writes);
        assertRejected(writes, "nothing outside its region confirms the writer");
      } finally {
        servers.there().thaw();
      }
      awaitState(node, servers.primary().port(), "writer up");
      areFreshAgain(reads, writes);
    }
  }

  @ParameterizedTest
  @MethodSource("mysql")
  void whileServersOfTwoRegionsClaimTheWriter(MysqlRelease release) throws Exception {
    try (MysqlGlobalServers servers = servers(release);
        MysqlNode node = node(servers, "0");
        Connection reads = node.connect();
        Connection writes = node.connect()) {
      writes(servers, node, writes, true);
      servers.promoteFar();
      awaitState(node, servers.primary().port(), "unknown refuted");
      awaitState(node, servers.far().port(), "unknown refuted");
      areStale(reads, writes);
      assertRejected(writes, "several servers of the cluster report that they are the writer");

      servers.cluster().primary().kill();
      areFreshAgain(reads, writes);
      assertThat(servers.there().queryValue("app", COUNT)).isEqualTo("29");
    }
  }

  @ParameterizedTest
  @MethodSource("mariadb")
  void whileTheWriterMovesToAnotherRegion(MysqlRelease release) throws Exception {
    try (MysqlGlobalServers servers = servers(release);
        MysqlNode node = node(servers, "0");
        Connection reads = node.connect();
        Connection writes = node.connect()) {
      writes(servers, node, writes, false);
      answer(reads, writes, "2", A_WHILE);
      losesWriter(servers, node);
      areStale(reads, writes);
      assertRejected(writes, "no server of the cluster reports that it is the writer");

      servers.there().execute("START REPLICA SQL_THREAD");
      there(servers);
      servers.promoteFar();
      areFreshAgain(reads, writes);
    }
  }

  private static void losesWriter(MysqlGlobalServers servers, MysqlNode node) {
    servers.cluster().primary().stop();
    Await.until(
        "the node knows", PATIENCE, () -> !states(node).contains("writer"), () -> states(node));
  }

  /** In neither region, before one of them is less far behind the writer when it went. */
  @ParameterizedTest
  @MethodSource("mysql")
  void noneIsStalerThanTheBoundWhileTheWriterMovesToAnotherRegion(MysqlRelease release)
      throws Exception {
    try (MysqlGlobalServers servers = servers(release);
        MysqlNode node = node(servers, "0", BOUND.toSeconds() + "s");
        Connection reads = node.connect();
        Connection writes = node.connect()) {
      writes(servers, node, writes, false);
      answer(reads, writes, "2", BOUND.plusSeconds(3));
      losesWriter(servers, node);

      for (Connection client : List.of(reads, writes)) {
        assertThatThrownBy(() -> value(client, COUNT))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("no server of the cluster reports that it is the writer");
      }

      servers.there().execute("START REPLICA SQL_THREAD");
      there(servers);
      Await.until("it is known to", PATIENCE, () -> isAnswered(reads), () -> states(node));
      answer(reads, writes, "2", A_WHILE);
    }
  }

  private static boolean isAnswered(Connection reads) {
    try {
      value(reads, COUNT);
      return true;
    } catch (SQLException e) {
      return false;
    }
  }
}
