package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.mysql.cj.MysqlConnection;
import com.mysql.cj.NativeSession;
import com.mysql.cj.protocol.a.NativeConstants.IntegerDataType;
import com.mysql.cj.protocol.a.NativePacketPayload;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;

/** KILL of what clients know by the number that the node has given them. */
@Timeout(25)
class MysqlKillIT {
  /** MySQL lets what sleeps alone go on, with a 1. */
  private static final String SLEEPS = "SELECT SLEEP(30) FROM (SELECT 1 AS a UNION SELECT 2) AS t";

  private static final Map<MysqlRelease, MysqlNode> NODES = new EnumMap<>(MysqlRelease.class);

  @AfterAll
  static void close() {
    NODES.values().forEach(MysqlNode::close);
  }

  private static MysqlTarget target(MysqlRelease release) {
    return NODES
        .computeIfAbsent(release, each -> MysqlNode.start(each, c -> c.vdb("pool.size", 3)))
        .target();
  }

  private static long number(Connection connection) throws SQLException {
    return connection.unwrap(MysqlConnection.class).getId();
  }

  /** The error of the statement; null once it has succeeded. */
  private static CompletableFuture<SQLException> sleeping(MysqlRelease release, Connection client) {
    CompletableFuture<SQLException> failed =
        CompletableFuture.supplyAsync(
            () -> catchThrowableOfType(SQLException.class, () -> execute(client, SLEEPS)));
    Await.until("the statement runs", () -> runs(release));
    return failed;
  }

  private static boolean runs(MysqlRelease release) {
    MysqlServer server = release.shared().primary();
    return !server
        .queryValue(
            "",
            "SELECT count(*) FROM information_schema.processlist WHERE info LIKE '" + SLEEPS + "'")
        .equals("0");
  }

  private static SQLException get(CompletableFuture<SQLException> failed) throws Exception {
    return failed.get(20, TimeUnit.SECONDS);
  }

  private static void refused(Connection connection, String sql, int number, String message) {
    assertThatThrownBy(() -> execute(connection, sql))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getErrorCode()).as(sql).isEqualTo(number))
        .hasMessageContaining(message);
  }

  @MariadbAndMysql
  void driversCancelStatementsOfTheirs(MysqlRelease release) throws Exception {
    MysqlTarget target = target(release);
    for (Connection client : List.of(target.jdbc(), target.mariaJdbc())) {
      try (client;
          Statement statement = client.createStatement()) {
        statement.setQueryTimeout(1);
        assertThatThrownBy(() -> statement.execute(SLEEPS)).isInstanceOf(SQLTimeoutException.class);
        assertThat(value(client, "SELECT 'goes on'")).isEqualTo("goes on");
      }
    }
    try (Connection client = target.jdbc();
        Statement statement = client.createStatement()) {
      CompletableFuture<SQLException> failed =
          CompletableFuture.supplyAsync(
              () -> catchThrowableOfType(SQLException.class, () -> statement.execute(SLEEPS)));
      Await.until("the statement runs", () -> runs(release));
      statement.cancel();
      assertThat(get(failed) != null).as("cancelled").isTrue();
      assertThat(value(client, "SELECT 'goes on'")).isEqualTo("goes on");
    }
    Await.until("nothing sleeps", () -> !runs(release));
  }

  @MariadbAndMysql
  void aStatementIsKilledByItsUserAndByAnOperatorOnly(MysqlRelease release) throws Exception {
    MysqlTarget target = target(release);
    try (Connection client = target.jdbc();
        Connection same = target.jdbc();
        Connection other = target.as(MysqlRelease.OTHER, MysqlRelease.PASSWORD).jdbc();
        Connection operator = target.as("admin", "admin").jdbc()) {
      String kill = "KILL QUERY " + number(client);
      execute(client, "CREATE TEMPORARY TABLE its_own (a INT)");
      for (Connection killer : List.of(same, operator)) {
        CompletableFuture<SQLException> failed = sleeping(release, client);
        refused(other, kill, 1095, "You are not owner of thread " + number(client));
        refused(other, "/* of a pool */ KILL " + number(client), 1095, "not owner");
        assertThat(failed).isNotDone();
        killer.setAutoCommit(false);
        execute(killer, "SELECT 1 FROM (SELECT 1) AS t");
        execute(killer, kill);
        killer.commit();
        assertThat(get(failed).getErrorCode()).isEqualTo(1317);
        assertThat(get(failed).getSQLState()).isEqualTo("70100");
      }
      execute(same, kill); // of one that does nothing
      execute(client, "INSERT INTO its_own VALUES (1)");
      refused(client, kill, 1317, "interrupted");
      assertThat(value(client, "SELECT a FROM its_own")).isEqualTo("1");
    }
  }

  @MariadbAndMysql
  void aKilledClientHasNoConnectionAnyMore(MysqlRelease release) throws Exception {
    MysqlTarget target = target(release);
    try (Connection client = target.jdbc();
        Connection idle = target.jdbc();
        Connection itself = target.jdbc();
        Connection killer = target.jdbc()) {
      CompletableFuture<SQLException> failed = sleeping(release, client);
      execute(killer, "KILL " + number(client));
      assertThat(get(failed).getErrorCode()).isEqualTo(1927);
      assertThat(client.isValid(5)).isFalse();
      Await.until("its statement has ended", () -> !runs(release));
      refused(killer, "KILL " + number(client), 1094, "Unknown thread id: " + number(client));

      NativePacketPayload command = new NativePacketPayload(5);
      command.writeInteger(IntegerDataType.INT1, 12); // COM_PROCESS_KILL
      command.writeInteger(IntegerDataType.INT4, number(idle));
      NativeSession session = (NativeSession) killer.unwrap(MysqlConnection.class).getSession();
      session.getProtocol().sendCommand(command, false, 0);
      assertThat(idle.isValid(5)).isFalse();

      refused(itself, "KILL CONNECTION_ID()", 1317, "interrupted");
      assertThat(itself.isValid(5)).isFalse();
      assertThat(value(killer, "SELECT 'goes on'")).isEqualTo("goes on");
    }
  }

  /** A server's connection of the same number is somebody else's. */
  @MariadbAndMysql
  void noServerIsToldToKillWhatMayBeASession(MysqlRelease release) throws SQLException {
    try (Connection client =
        target(release)
            .jdbc(
                "emulateUnsupportedPstmts",
                "false",
                "useServerPrepStmts",
                "true",
                "allowMultiQueries",
                "true")) {
      long number = number(client);
      long free = number ^ 1 << 18;
      refused(client, "KILL QUERY " + free, 1094, "Unknown thread id: " + free);
      refused(client, "KILL HARD CONNECTION " + Integer.MAX_VALUE, 1094, "Unknown thread id");
      refused(client, "KILL QUERY " + number + " + 0", 1235, "must be written out");
      refused(client, "SET @n = 1; KILL @n", 1235, "must be written out");
      refused(client, "SELECT 1; KILL QUERY " + number, 1235, "must be written out");
      for (String sql : List.of("KILL ?", "KILL QUERY " + number)) {
        assertThatThrownBy(
                () -> {
                  try (PreparedStatement statement = client.prepareStatement(sql)) {
                    statement.execute();
                  }
                })
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1295));
      }
      // Of a server's connection.
      refused(client, "KILL QUERY 524287", 1094, "524287");
      assertThat(value(client, "SELECT 'goes on'")).isEqualTo("goes on");
    }
  }

  @MariadbAndMysql
  void aClientReadsTheNumberThatItWasGiven(MysqlRelease release) throws SQLException {
    try (Connection client = target(release).jdbc("allowMultiQueries", "true");
        Connection direct = MysqlTarget.of(release.shared().primary()).jdbc()) {
      String number = Long.toString(number(client));
      String id = "SELECT CONNECTION_ID()";
      for (String sql :
          List.of(
              id,
              "SELECT DISTINCT connection_id ( ) AS id",
              id + " FROM (SELECT 1) AS t",
              id + ", COUNT(*) FROM (SELECT 1) AS t",
              "SELECT @@pseudo_thread_id",
              "SELECT @@session.pseudo_thread_id")) {
        assertThat(value(client, sql)).as(sql).isEqualTo(number);
        assertThat(column(client, sql)).as(sql).isEqualTo(column(direct, sql));
      }
      // What is compared is so with what servers know.
      String compared =
          "SELECT COUNT(*) FROM information_schema.processlist WHERE id = CONNECTION_ID()";
      assertThat(value(client, compared)).isEqualTo("1");
      for (String sql :
          List.of(
              "SELECT CONCAT('a', CONNECTION_ID(), 'b')",
              "SELECT 1 FROM (SELECT 1) AS t GROUP BY 1, CONNECTION_ID()",
              "SELECT CONNECTION_ID() = 0, 1")) {
        assertThat(value(client, sql)).as(sql).isNotNull();
      }
    }
  }

  private static String column(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.getMetaData().getColumnLabel(1)
          + " "
          + result.getMetaData().getColumnClassName(1);
    }
  }
}
