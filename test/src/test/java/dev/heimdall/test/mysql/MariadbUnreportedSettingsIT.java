package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a client of MariaDB sets as {@code @@name}, of which the server reports nothing, counts from
 * its next statement on as on a connection of its own.
 */
class MariadbUnreportedSettingsIT {
  private static final String MODE = "SELECT @@sql_mode";

  private static MysqlTarget server;
  private static MysqlNode node;

  @BeforeAll
  static void start() {
    MysqlRelease.MARIADB
        .shared()
        .primary()
        .executeIn(
            "app",
            "CREATE OR REPLACE TABLE unreported (v varchar(20))",
            "INSERT INTO unreported VALUES ('of the table')");
    server = MysqlTarget.of(MysqlRelease.MARIADB.shared().primary());
    node = MysqlNode.start(MysqlRelease.MARIADB, c -> c.vdb("pool.size", 2).node("loops", 1));
  }

  @AfterAll
  static void close() {
    node.close();
  }

  /** What a client does, while another one takes a connection now and then. */
  private interface Story {
    void play(Connection client, Statement others, List<String> heard) throws SQLException;
  }

  private static List<String> heard(MysqlTarget target, Story story) throws SQLException {
    List<String> heard = new ArrayList<>();
    try (Connection client = target.jdbc("useServerPrepStmts", "true");
        Connection other = target.jdbc("useServerPrepStmts", "true")) {
      story.play(client, other.createStatement(), heard);
      if (!other.getAutoCommit()) {
        other.rollback();
      }
    }
    return heard;
  }

  private static void compare(Story story) throws SQLException {
    List<String> direct = heard(server, story);
    for (int i = 0; i < 3; i++) {
      assertThat(heard(node.target(), story)).isEqualTo(direct);
    }
  }

  private static String second(Connection client, String sql) throws SQLException {
    try (Statement statement = client.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(2);
    }
  }

  @Test
  void aStatementThatIsPreparedAnewElsewhereLeavesThem() throws SQLException {
    compare(
        (client, others, heard) -> {
          execute(client, "SET autocommit = 0");
          execute(client, "INSERT INTO unreported VALUES ('gone')");
          execute(client, "SET @@sql_mode = 'STRICT_TRANS_TABLES'");
          try (PreparedStatement prepared =
              client.prepareStatement("SELECT 'x' FROM app.unreported LIMIT 1")) {
            heard.add(value(prepared));
            execute(client, "ROLLBACK");
            others.execute("BEGIN"); // and has the connection from now on
            others.execute("SELECT count(*) FROM unreported");
            execute(client, "INSERT INTO unreported VALUES ('gone')");
            execute(client, "SET @@sql_mode = 'NO_BACKSLASH_ESCAPES'");
            heard.add(value(prepared));
            heard.add(value(client, MODE));
            execute(client, "ROLLBACK");
            heard.add(value(client, MODE));
          }
          others.execute("ROLLBACK");
        });
  }

  @Test
  void whatIsPreparedBehindThemIsReadByThem() throws SQLException {
    compare(
        (client, others, heard) -> {
          String sql = "SELECT \"v\" FROM app.unreported";
          try (PreparedStatement as = others.getConnection().prepareStatement(sql)) {
            heard.add(value(as)); // known to all by now
            execute(client, "BEGIN");
            execute(client, "SET @@sql_mode = 'ANSI_QUOTES'");
            try (PreparedStatement prepared = client.prepareStatement(sql)) {
              heard.add(value(prepared));
              heard.add(value(as));
            }
            execute(client, "COMMIT");
          }
        });
  }

  @Test
  void textsBehindThemAreReadByThem() throws SQLException {
    compare(
        (client, others, heard) -> {
          String id = value(client, "SELECT CONNECTION_ID()");
          String asks = "SELECT 'a\\', CONNECTION_ID()";
          execute(client, "SET @@sql_mode = 'NO_BACKSLASH_ESCAPES'");
          heard.add(second(client, asks).equals(id) + "");
          execute(client, "SET @pinned = 1, @@sql_mode = 'ANSI_QUOTES'");
          execute(client, "SET @@LOCAL.sql_mode = 'NO_BACKSLASH_ESCAPES'");
          heard.add(second(client, asks).equals(id) + "");
          execute(client, "BEGIN");
          execute(client, "SET @@sql_mode = ''");
          execute(client, "SET @@sql_mode = 'NO_BACKSLASH_ESCAPES'");
          heard.add(second(client, asks).equals(id) + "");
          execute(client, "COMMIT");
          others.execute("BEGIN");
          heard.add(second(client, asks).equals(id) + "");
          heard.add(value(others.getConnection(), MODE));
          others.execute("COMMIT");
        });
  }

  @Test
  void whatWasAskedBeforeThemIsAnsweredBehindThem() throws SQLException {
    compare(
        (client, others, heard) -> {
          execute(client, "SELECT CAST('a' AS SIGNED)");
          execute(client, "SET @@sql_mode = 'ANSI_QUOTES'");
          heard.add(value(client, "SELECT @@warning_count"));
          execute(client, "SELECT v FROM unreported UNION SELECT 'another'");
          execute(client, "SET @@character_set_results = 'latin1', @@sql_mode = ''");
          heard.add(value(client, "SELECT FOUND_ROWS()"));
          execute(client, "SET @@collation_connection = 'utf8mb4_bin'");
          heard.add(value(client, "SELECT CONCAT(COLLATION('a'), @@character_set_results)"));
        });
  }
}
