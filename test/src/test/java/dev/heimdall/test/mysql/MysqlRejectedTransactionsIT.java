package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Transactions whose writes are rejected, by a server that has become read-only, or for clients.
 */
class MysqlRejectedTransactionsIT {
  private static final String INSERT = "INSERT INTO t VALUES (2)";

  private static int error(Connection client, String sql) {
    return catchThrowableOfType(SQLException.class, () -> execute(client, sql)).getErrorCode();
  }

  private static long rows(Connection client) throws SQLException {
    try (Statement statement = client.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM t")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** How often the server was told to end a statement or a session. */
  private static int kills(MysqlCluster cluster) throws SQLException {
    try (Connection own =
            DriverManager.getConnection(
                cluster.primary().jdbcUrl("app"), cluster.superuser(), cluster.password());
        Statement statement = own.createStatement();
        ResultSet rows = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Com_kill'")) {
      rows.next();
      return rows.getInt(2);
    }
  }

  private static void assertOwnReadOnlyStays(Connection client, int error) throws SQLException {
    execute(client, "START TRANSACTION READ ONLY");
    assertThat(error(client, INSERT)).as("as the server says").isEqualTo(error);
    execute(client, "ROLLBACK");
    assertThat(rows(client)).as("the session goes on").isEqualTo(1);
  }

  @MariadbAndMysql
  void aServerThatHasBecomeReadOnlyMakesThemRetryableAndClientsOwnWishesDoNot(MysqlRelease release)
      throws Exception {
    try (MysqlCluster cluster = release.cluster().start()) {
      cluster
          .primary()
          .executeIn(
              "app",
              "CREATE TABLE t (i int)",
              "INSERT INTO t VALUES (1)",
              "CREATE PROCEDURE p() SQL SECURITY INVOKER INSERT INTO t VALUES (2)");
      try (MysqlNode node =
              MysqlNode.start(
                  cluster,
                  c -> {
                    c.cluster(cluster);
                    c.source("cluster.probe.positionInterval", "50ms");
                  });
          Connection own = node.connect();
          Connection client = node.connect()) {
        assertOwnReadOnlyStays(own, 1792);
        cluster.primary().execute("SET GLOBAL read_only = 1");
        assertOwnReadOnlyStays(own, 1290);
        execute(own, "START TRANSACTION");
        assertThat(error(own, "CALL p()")).as("it may have committed something").isEqualTo(1290);
        execute(own, "ROLLBACK");
        assertThat(rows(own)).as("the session goes on").isEqualTo(1);

        execute(client, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
        execute(client, "START TRANSACTION");
        assertThat(rows(client)).isEqualTo(1);
        SQLException rejected =
            catchThrowableOfType(SQLException.class, () -> execute(client, INSERT));
        assertThat(rejected.getSQLState()).isEqualTo("40001");
        assertThat(rejected.getErrorCode()).isEqualTo(1213);
        assertThat(kills(cluster)).as("nothing runs that would have to be cancelled").isZero();

        cluster.primary().execute("SET GLOBAL read_only = 0");
        assertThat(kills(cluster)).isZero();
        execute(client, "START TRANSACTION");
        execute(client, INSERT);
        execute(client, "COMMIT");
        assertThat(rows(client)).as("the session goes on").isEqualTo(2);
        assertThat(value(client, "SELECT @@transaction_isolation")).isEqualTo("READ-COMMITTED");
      }
    }
  }
}
