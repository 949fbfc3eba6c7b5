package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A whole node in front of a global cluster of Aurora MySQL, as far as its tables tell of one: what
 * clients notice of a fence.
 */
@Tag("long")
class MysqlFencedWriterIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private static MysqlNode node(MysqlGlobalServers servers) {
    return MysqlNode.start(
        servers.cluster(),
        c ->
            servers
                .source(c, servers.primary(), servers.first(), servers.far())
                .source("cluster.probe.timeout", "1s")
                .source("cluster.failover.queueTimeout", "3s")
                .source("cluster.failover.fence", "5s"));
  }

  private static String fence(MysqlNode node) {
    return String.valueOf(node.admin("SHOW CLUSTER").get(0).get("fence"));
  }

  private static void awaitFence(MysqlNode node, String beginning) {
    Await.until(
        "the writer is " + beginning,
        PATIENCE,
        () -> fence(node).startsWith(beginning),
        () -> node.admin("SHOW CLUSTER") + " " + node.admin("SHOW NODES"));
  }

  private static void inserts(Connection client, int n) throws SQLException {
    Jdbc.execute(client, "INSERT INTO item VALUES (" + n + ")");
  }

  private static boolean inserted(Connection client, int n) {
    try {
      inserts(client, n);
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  private static String rows(MysqlServer server) {
    return server.queryValue("app", "SELECT GROUP_CONCAT(n ORDER BY n) FROM item");
  }

  @Test
  void aMariadbThatNothingElsewhereConfirmsTakesNoWrites() throws Exception {
    fenced(MysqlRelease.MARIADB);
  }

  @Test
  void aMysqlThatNothingElsewhereConfirmsTakesNoWrites() throws Exception {
    fenced(MysqlRelease.MYSQL);
  }

  private static void fenced(MysqlRelease release) throws Exception {
    try (MysqlGlobalServers servers = MysqlGlobalServers.start(release)) {
      MysqlServer primary = servers.cluster().primary();
      primary.executeIn("app", "CREATE TABLE item (n INT PRIMARY KEY)");
      try (MysqlNode node = node(servers);
          Connection writing = node.connect();
          Connection begun = node.connect();
          Connection manual = node.connect()) {
        awaitFence(node, "confirmed by 127.0.0.1:" + servers.far().port());
        inserts(writing, 1);
        Jdbc.execute(begun, "START TRANSACTION");
        inserts(begun, 2);
        manual.setAutoCommit(false);
        inserts(manual, 3);

        servers.there().freeze();
        awaitFence(node, "fenced since 20");
        assertThatThrownBy(() -> inserts(writing, 4))
            .hasMessageContaining("nothing outside its region confirms the writer");
        for (Connection open : List.of(begun, manual)) {
          assertThatThrownBy(() -> inserts(open, 4))
              .isInstanceOfSatisfying(
                  SQLException.class,
                  e ->
                      assertThat(e.getSQLState())
                          .as("the session has ended: there are no failed transactions to stay in")
                          .startsWith("08"));
          open.abort(Runnable::run); // its close would report the loss once more
        }
        assertThat(rows(primary)).isEqualTo("1");

        servers.there().thaw();
        awaitFence(node, "confirmed by");
        Await.until("it is written to again", PATIENCE, () -> inserted(writing, 5), () -> "");
        assertThat(rows(primary)).isEqualTo("1,5");
      } finally {
        servers.there().thaw();
      }
    }
  }
}
