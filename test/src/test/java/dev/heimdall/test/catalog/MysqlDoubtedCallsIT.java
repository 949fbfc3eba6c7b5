package dev.heimdall.test.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The same as {@link DoubtedCallsIT} of MySQL and MariaDB. */
class MysqlDoubtedCallsIT {
  private static final String READER = "reader_of_doubts";

  /** It has ended by itself meanwhile. */
  private static final int NO_SUCH_THREAD = 1094;

  private static String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return null;
      }
      try (ResultSet result = statement.getResultSet()) {
        return result.next() ? result.getString(1) : null;
      }
    }
  }

  private static String pinReason(MysqlNode node) {
    return String.valueOf(node.clients().get(0).get("pin_reason"));
  }

  private static void awaitFree(MysqlNode node) {
    Await.until(
        "it is free",
        Duration.ofSeconds(15),
        () -> "null".equals(pinReason(node)),
        () -> pinReason(node));
  }

  private static MysqlNode start(MysqlRelease release) {
    release
        .shared()
        .primary()
        .execute(
            "CREATE USER IF NOT EXISTS " + READER + "@'%' IDENTIFIED BY '" + READER + "'",
            "GRANT ALL ON *.* TO " + READER + "@'%'");
    return MysqlNode.start(
        release,
        c ->
            c.source("catalog.user", READER)
                .source("catalog.password", READER)
                .vdb("pool.size", 2));
  }

  private static void kill(MysqlServer server) throws SQLException {
    List<String> numbers = new ArrayList<>();
    try (Connection connection = server.connect("app");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SHOW PROCESSLIST")) {
      while (rows.next()) {
        if (READER.equals(rows.getString("User"))) {
          numbers.add(rows.getString("Id"));
        }
      }
    }
    try (Connection connection = server.connect("app");
        Statement statement = connection.createStatement()) {
      for (String number : numbers) {
        try {
          statement.execute("KILL " + number);
        } catch (SQLException e) {
          assertThat(e.getErrorCode()).as(e.getMessage()).isEqualTo(NO_SUCH_THREAD);
        }
      }
    }
  }

  @MariadbAndMysql
  void whatWasMadeWhileTheCatalogueCouldNotBeReadPinsUntilItCan(MysqlRelease release)
      throws SQLException {
    MysqlServer server = release.shared().primary();
    try (MysqlNode node = start(release);
        Connection client = node.target().jdbc()) {
      value(client, "SELECT UNIX_TIMESTAMP()");
      try {
        server.execute("ALTER USER " + READER + "@'%' ACCOUNT LOCK");
        kill(server);
        server.executeIn(
            "app",
            "DROP FUNCTION IF EXISTS doubted",
            "DROP PROCEDURE IF EXISTS doubted_too",
            "CREATE FUNCTION doubted() RETURNS INT NO SQL DETERMINISTIC RETURN 7",
            "CREATE PROCEDURE doubted_too() SELECT 8");
        assertThat(value(client, "SELECT doubted()")).isEqualTo("7");
        assertThat(pinReason(node)).contains("doubted");
        assertThat(value(client, "CALL doubted_too()")).isEqualTo("8");
      } finally {
        server.execute("ALTER USER " + READER + "@'%' ACCOUNT UNLOCK");
      }
      awaitFree(node);
    }
  }

  @MariadbAndMysql
  void aRoutineThatIsNotTherePinsNobody(MysqlRelease release) throws SQLException {
    try (MysqlNode node = start(release);
        Connection client = node.target().jdbc()) {
      for (String sql : List.of("SELECT not_there(1)", "CALL not_there_too()")) {
        assertThatThrownBy(() -> value(client, sql))
            .isInstanceOfSatisfying(
                SQLException.class,
                e -> assertThat(e.getErrorCode()).as(e.getMessage()).isEqualTo(1305));
        value(client, "SELECT 1 FROM (SELECT 1) AS t"); // what it has warned of is gone
        awaitFree(node);
      }
    }
  }

  /** An error says nothing of the session's state, and the catalogue does. */
  @MariadbAndMysql
  void aCallThatFailsPinsNobodyWhereTheRoutineChangesNothing(MysqlRelease release)
      throws SQLException {
    MysqlServer server = release.shared().primary();
    server.executeIn(
        "app",
        "DROP PROCEDURE IF EXISTS failing",
        "CREATE PROCEDURE failing() SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'wanted'");
    try (MysqlNode node = start(release);
        Connection client = node.target().jdbc()) {
      assertThatThrownBy(() -> value(client, "CALL failing()")).hasMessageContaining("wanted");
      value(client, "SELECT 1 FROM (SELECT 1) AS t"); // what it has warned of is gone
      awaitFree(node);
    }
  }
}
