package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/**
 * Users log in with passwords of their own, some of them never before, while there is no writer.
 */
@Tag("long")
class MysqlLogInsWithoutWriterIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static MysqlCluster start(MysqlRelease release) {
    MysqlCluster cluster = release.cluster().replicas(1).start();
    cluster
        .primary()
        .executeIn(
            "app",
            "CREATE TABLE kept (i INT)",
            "INSERT INTO kept VALUES (1)",
            "CREATE USER unseen@'%' IDENTIFIED BY 'unseen'",
            "GRANT SELECT ON app.* TO unseen@'%'",
            "CREATE USER barred@'%' IDENTIFIED BY 'barred' ACCOUNT LOCK");
    cluster.awaitReplay(PATIENCE);
    return cluster;
  }

  private static MysqlNode node(MysqlCluster cluster) {
    return MysqlNode.start(
        cluster,
        c ->
            c.cluster(cluster)
                .source("cluster.reads", "all")
                .source("cluster.failover.queueTimeout", "3s")
                .source("cluster.probe.positionInterval", "50ms")
                .source("cluster.probe.timeout", "1s")
                .vdb("credentials", "passthrough")
                .user("unseen", "password", "unseen")
                .user("barred", "password", "barred"));
  }

  private static SQLException refused(MysqlNode node, String user) {
    return catchThrowableOfType(
        SQLException.class, () -> node.target().as(user, user).jdbc().close());
  }

  private static boolean lacksWriter(MysqlNode node) {
    return node.admin("SHOW NODES").stream().noneMatch(row -> "writer".equals(row.get("role")));
  }

  private static void awaitReplica(MysqlNode node) {
    Await.until(
        "the replica is known",
        PATIENCE,
        () -> node.admin("SHOW NODES").stream().anyMatch(row -> "replica".equals(row.get("role"))),
        () -> node.admin("SHOW NODES").toString());
  }

  private static void lose(MysqlServer writer, MysqlNode node) {
    writer.kill();
    Await.until(
        "the writer is gone",
        PATIENCE,
        () -> lacksWriter(node),
        () -> node.admin("SHOW NODES") + "");
  }

  @MariadbAndMysql
  void aCompleteReplicaDecidesOnThem(MysqlRelease release) throws SQLException {
    try (MysqlCluster cluster = start(release);
        MysqlNode node = node(cluster);
        Connection stays = node.target().jdbc()) {
      assertThat(value(stays, "SELECT i FROM kept")).isEqualTo("1");
      awaitReplica(node);
      lose(cluster.primary(), node);

      try (Connection unseen = node.target().as("unseen", "unseen").jdbc()) {
        assertThat(value(unseen, "SELECT i FROM kept")).isEqualTo("1");
      }
      MysqlServer replica = cluster.replicas().get(0);
      SQLException direct =
          catchThrowableOfType(
              SQLException.class,
              () -> MysqlTarget.of(replica).as("barred", "barred").jdbc().close());
      SQLException barred = refused(node, "barred");
      assertThat(barred.getErrorCode()).isEqualTo(direct.getErrorCode());
      assertThat(barred.getSQLState()).isEqualTo(direct.getSQLState());
    }
  }

  @MariadbAndMysql
  void aReplicaThatLacksSomethingDecidesOnNone(MysqlRelease release) throws SQLException {
    String noun = release == MysqlRelease.MYSQL ? "REPLICA" : "SLAVE";
    try (MysqlCluster cluster = start(release);
        MysqlNode node = node(cluster);
        Connection stays = node.target().jdbc()) {
      assertThat(value(stays, "SELECT i FROM kept")).isEqualTo("1");
      awaitReplica(node);
      MysqlServer replica = cluster.replicas().get(0);
      replica.execute("STOP " + noun + " SQL_THREAD");
      cluster.primary().execute("ALTER USER unseen@'%' ACCOUNT LOCK");
      try (Statement statement = stays.createStatement()) {
        statement.execute("INSERT INTO kept VALUES (2)"); // the node has seen how far the log is
      }
      awaitReceived(cluster, release);
      lose(cluster.primary(), node);

      int waiting = refused(node, "unseen").getErrorCode();
      replica.execute("START " + noun + " SQL_THREAD");
      Await.until(
          "the lock is replayed",
          PATIENCE,
          () ->
              refused(node, "unseen") != null && refused(node, "unseen").getErrorCode() != waiting,
          () -> "still " + waiting);
      int locked = release == MysqlRelease.MYSQL ? 3118 : 4151;
      assertThat(refused(node, "unseen").getErrorCode()).isEqualTo(locked);
      assertThat(waiting).isNotEqualTo(locked);
    }
  }

  /** The replica has all of the log that it does not replay. */
  private static void awaitReceived(MysqlCluster cluster, MysqlRelease release)
      throws SQLException {
    MysqlServer replica = cluster.replicas().get(0);
    try (Connection direct = replica.connect("app");
        Connection writer = cluster.primary().connect("app")) {
      String written =
          value(
              writer,
              release == MysqlRelease.MYSQL
                  ? "SELECT @@global.gtid_executed"
                  : "SELECT @@global.gtid_binlog_pos");
      Await.until("all was received", () -> received(direct, release, written));
    }
  }

  private static boolean received(Connection replica, MysqlRelease release, String written) {
    String lacking =
        "SELECT GTID_SUBSET(GTID_SUBTRACT('"
            + written
            + "', @@global.gtid_executed), received_transaction_set)"
            + " FROM performance_schema.replication_connection_status";
    try {
      if (release == MysqlRelease.MYSQL) {
        return "1".equals(value(replica, lacking));
      }
      try (Statement statement = replica.createStatement();
          ResultSet status = statement.executeQuery("SHOW SLAVE STATUS")) {
        return status.next() && written.equals(status.getString("Gtid_IO_Pos"));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
