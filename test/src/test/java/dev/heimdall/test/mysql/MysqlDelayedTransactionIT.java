package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import com.mysql.cj.MysqlConnection;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * A BEGIN that the node answers, and sends with the statement behind it, is as one that a server
 * has answered.
 */
@Timeout(120)
@Tag("long")
class MysqlDelayedTransactionIT {
  private static final String RESET = "COM_RESET_CONNECTION";
  private static final String PREPARED = "prepared: ";
  private static final String COUNT = "SELECT COUNT(*) FROM late_begun";
  private static final String INSERT = "INSERT INTO late_begun (v) VALUES (1)";
  private static final int FLAGS =
      StatusFlag.IN_TRANSACTION
          | StatusFlag.AUTOCOMMIT
          | StatusFlag.IN_READ_ONLY_TRANSACTION
          | StatusFlag.NO_BACKSLASH_ESCAPES;

  private static final List<List<String>> SCRIPTS =
      List.of(
          List.of("BEGIN", "COMMIT", "SELECT ROW_COUNT()"),
          List.of("START TRANSACTION", "ROLLBACK", COUNT),
          List.of("begin work", INSERT, "rollback", COUNT),
          List.of("BEGIN", "BEGIN", INSERT, "ROLLBACK", COUNT),
          List.of("BEGIN", INSERT, "BEGIN", "ROLLBACK", COUNT),
          List.of("BEGIN", INSERT, "COMMIT", COUNT),
          List.of("BEGIN", PREPARED + INSERT, PREPARED + COUNT, "ROLLBACK", PREPARED + COUNT),
          List.of("BEGIN", "SELECT nothing", INSERT, "ROLLBACK", COUNT),
          List.of("BEGIN", "SAVEPOINT a", INSERT, "ROLLBACK TO a", INSERT, "COMMIT", COUNT),
          List.of("BEGIN", "RELEASE SAVEPOINT a", "COMMIT"),
          List.of("BEGIN", "CREATE TABLE late_made (v INT)", INSERT, "ROLLBACK", COUNT),
          List.of("BEGIN", "USE information_schema", "USE app", INSERT, "ROLLBACK", COUNT),
          List.of("BEGIN", RESET, INSERT, "ROLLBACK", COUNT),
          // What the statement before has left.
          List.of("UPDATE late_begun SET v = v + 1", "BEGIN", "SELECT ROW_COUNT()", "COMMIT"),
          List.of("SELECT 1 UNION SELECT 2", "BEGIN", "SELECT FOUND_ROWS()", "COMMIT"),
          List.of(
              "SELECT SQL_CALC_FOUND_ROWS 1 UNION SELECT 2 LIMIT 1",
              "BEGIN",
              "COMMIT",
              "SELECT FOUND_ROWS()"),
          List.of("SELECT CAST('a' AS SIGNED)", "BEGIN", "SHOW WARNINGS", "COMMIT"),
          List.of("SELECT CAST('a' AS SIGNED)", "BEGIN", "COMMIT", "SHOW WARNINGS"),
          List.of("SELECT nothing", "BEGIN", "SHOW ERRORS", "SELECT @@error_count", "COMMIT"),
          List.of("SELECT nothing", "BEGIN", COUNT, "SHOW WARNINGS", "COMMIT", "SHOW WARNINGS"),
          List.of(INSERT, "BEGIN", "SELECT LAST_INSERT_ID()", "COMMIT", "SELECT LAST_INSERT_ID()"),
          List.of(INSERT, "BEGIN", "COMMIT", "SELECT LAST_INSERT_ID()", "SELECT ROW_COUNT()"),
          List.of(INSERT, "BEGIN", "ROLLBACK", COUNT, "SELECT LAST_INSERT_ID()"),
          List.of(INSERT, "BEGIN", INSERT, "ROLLBACK", "SELECT LAST_INSERT_ID()", COUNT),
          List.of(INSERT, "BEGIN", INSERT, "COMMIT", "BEGIN", COUNT, "COMMIT", COUNT),
          List.of(INSERT, "BEGIN", RESET, "SELECT LAST_INSERT_ID()", COUNT),
          // Other transactions than the plain ones.
          List.of("START TRANSACTION READ ONLY", INSERT, "COMMIT", INSERT, COUNT),
          List.of("START TRANSACTION READ WRITE", INSERT, "ROLLBACK", COUNT),
          List.of("START TRANSACTION WITH CONSISTENT SNAPSHOT", COUNT, "COMMIT"),
          List.of(
              "SET SESSION TRANSACTION READ ONLY",
              "BEGIN",
              INSERT,
              "COMMIT",
              "SET SESSION TRANSACTION READ WRITE",
              "BEGIN",
              INSERT,
              "COMMIT"),
          List.of(
              "SET TRANSACTION READ ONLY", "BEGIN", INSERT, "COMMIT", "BEGIN", INSERT, "COMMIT"),
          List.of("BEGIN", "SET TRANSACTION READ ONLY", INSERT, "COMMIT"),
          List.of("BEGIN", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "ROLLBACK"),
          List.of("BEGIN", "COMMIT AND CHAIN", INSERT, "ROLLBACK", COUNT),
          List.of("BEGIN", INSERT, "ROLLBACK AND CHAIN", INSERT, "ROLLBACK", COUNT),
          List.of(
              "SET completion_type = 1",
              "BEGIN",
              "COMMIT",
              INSERT,
              "ROLLBACK",
              "SET completion_type = 0",
              "ROLLBACK",
              COUNT),
          List.of("SET autocommit = 0", "BEGIN", "COMMIT", INSERT, "ROLLBACK", COUNT, "COMMIT"),
          List.of("SET autocommit = 0", INSERT, "BEGIN", "ROLLBACK", COUNT, "COMMIT"),
          List.of("BEGIN", "SET autocommit = 0", INSERT, "ROLLBACK", "SET autocommit = 1", COUNT),
          List.of("BEGIN", "SET autocommit = 1", INSERT, "ROLLBACK", COUNT),
          List.of("SET sql_mode = 'NO_BACKSLASH_ESCAPES'", "BEGIN", "SELECT '\\'", "COMMIT"),
          List.of("LOCK TABLES late_begun WRITE", "BEGIN", "SELECT v FROM late_other", "COMMIT"),
          List.of("XA START 'late'", "BEGIN", "XA END 'late'", "XA ROLLBACK 'late'"));

  private static List<String> run(MysqlTarget target, List<String> script) throws Exception {
    try (Connection connection =
        target.jdbc("useServerPrepStmts", "true", "useLocalSessionState", "true")) {
      List<String> told = new ArrayList<>();
      try (Statement statement = connection.createStatement()) {
        for (String reset :
            List.of(
                "DROP TABLE IF EXISTS late_begun, late_other, late_made",
                "CREATE TABLE late_begun (id BIGINT AUTO_INCREMENT PRIMARY KEY, v INT)",
                "CREATE TABLE late_other (v INT)")) {
          statement.execute(reset);
        }
      }
      for (String sql : script) {
        told.add(sql + " -> " + outcome(connection, sql) + " " + flags(connection));
      }
      return told;
    }
  }

  private static String flags(Connection connection) throws SQLException {
    int status =
        connection.unwrap(MysqlConnection.class).getSession().getServerSession().getStatusFlags();
    return "flags " + (status & FLAGS);
  }

  private static String outcome(Connection connection, String sql) throws SQLException {
    if (sql.equals(RESET)) {
      connection.unwrap(com.mysql.cj.jdbc.JdbcConnection.class).resetServerState();
      return "reset";
    }
    boolean prepared = sql.startsWith(PREPARED);
    String text = prepared ? sql.substring(PREPARED.length()) : sql;
    try (Statement statement =
        prepared ? connection.prepareStatement(text) : connection.createStatement()) {
      boolean rows = prepared ? ((PreparedStatement) statement).execute() : statement.execute(text);
      if (!rows) {
        return "#" + statement.getUpdateCount();
      }
      StringBuilder all = new StringBuilder();
      try (ResultSet set = statement.getResultSet()) {
        while (set.next()) {
          for (int i = 1; i <= set.getMetaData().getColumnCount(); i++) {
            all.append(set.getString(i)).append('|');
          }
        }
      }
      return all.toString();
    } catch (SQLException e) {
      return "error " + e.getErrorCode();
    }
  }

  @MariadbAndMysql
  void statementsAreAnsweredAsOnADirectConnection(MysqlRelease release) throws Exception {
    MysqlTarget direct = MysqlTarget.of(release.shared().primary());
    try (MysqlNode node = MysqlNode.start(release, wishes -> {});
        MysqlNode alone = MysqlNode.start(release, c -> c.vdb("multiplex", false))) {
      SoftAssertions.assertSoftly(
          all -> {
            for (List<String> script : SCRIPTS) {
              try {
                List<String> wanted = run(direct, script);
                all.assertThat(run(node.target(), script)).isEqualTo(wanted);
                all.assertThat(run(alone.target(), script)).as("alone").isEqualTo(wanted);
              } catch (Exception e) {
                all.fail(script.toString(), e);
              }
            }
          });
    }
  }

  @MariadbAndMysql
  void aTransactionWithoutAStatementNeedsNoServer(MysqlRelease release) throws Exception {
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        Connection first = node.target().jdbc();
        Connection second = node.target().jdbc()) {
      run(node.target(), List.of());
      begin(first);
      begin(second);
      assertThat(outcome(second, INSERT)).isEqualTo("#1");
      assertThat(outcome(second, "COMMIT")).isEqualTo("#0");
      assertThat(outcome(first, COUNT)).isEqualTo("1|");
      assertThat(outcome(first, "COMMIT")).isEqualTo("#0");
    }
  }

  private static void begin(Connection connection) throws SQLException {
    assertThat(outcome(connection, "BEGIN")).isEqualTo("#0");
    assertThat(flags(connection)).isEqualTo("flags 3");
  }

  /** No server has begun it: it goes on over another connection. */
  @MariadbAndMysql
  void aConnectionThatIsLostBehindBeginTakesNothingWithIt(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        Connection direct = MysqlTarget.of(server).jdbc();
        RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      run(node.target(), List.of());
      // The connection is kept for the id, when the BEGIN is there at once.
      client.send(RawMysqlClient.query(INSERT), RawMysqlClient.query("BEGIN"));
      assertThat(status(client)).isZero();
      assertThat(status(client)).isEqualTo(StatusFlag.IN_TRANSACTION);
      List<Map<String, String>> held =
          node.servers().stream().filter(row -> row.get("link") != null).toList();
      assertThat(held).hasSize(1);
      String id = held.get(0).get("id");
      outcome(direct, "KILL " + held.get(0).get("remote_pid"));
      Await.until(
          "the connection is gone",
          () -> node.servers().stream().noneMatch(row -> id.equals(row.get("id"))));

      client.send(RawMysqlClient.query(INSERT));
      assertThat(status(client)).isEqualTo(StatusFlag.IN_TRANSACTION);
      client.send(RawMysqlClient.query("ROLLBACK"));
      assertThat(status(client)).isZero();
      assertThat(client.value(COUNT)).isEqualTo("1");
    }
  }

  /** Whether the OK packet that comes next says that a transaction is open. */
  private static int status(RawMysqlClient client) throws IOException {
    byte[] answer = client.receive();
    assertThat(answer[0]).as(answer[0] == 0 ? "" : RawMysqlClient.error(answer)).isZero();
    return answer[3] & StatusFlag.IN_TRANSACTION;
  }
}
