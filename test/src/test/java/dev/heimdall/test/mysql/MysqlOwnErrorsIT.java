package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.TestConfiguration.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;

/**
 * What the node itself has answered to a statement is there for those behind it to be asked about,
 * as if a server had said it.
 */
@Tag("ci")
class MysqlOwnErrorsIT {
  /** Executes what was never prepared. */
  private static final String UNKNOWN = "unknown statement";

  private static final String PREPARES_ENDED = "a PREPARE of what cannot be";
  private static final String PINGS = "ping";
  private static final String PREPARED = "prepared: ";

  private static final List<List<String>> SCRIPTS =
      List.of(
          List.of(UNKNOWN, "SHOW ERRORS", "SHOW ERRORS", "SHOW WARNINGS"),
          List.of(
              UNKNOWN, "SHOW WARNINGS", "SELECT v FROM own_errors WHERE id = 2", "SHOW WARNINGS"),
          List.of(UNKNOWN, "SHOW COUNT(*) ERRORS", "SHOW COUNT(*) WARNINGS"),
          List.of(UNKNOWN, "SELECT @@error_count, @@warning_count"),
          List.of(UNKNOWN, "SELECT @@warning_count, LAST_INSERT_ID() > 0"),
          List.of(UNKNOWN, "SELECT ROW_COUNT()"),
          List.of("UPDATE own_errors SET v = 3 WHERE id = 1", UNKNOWN, "SELECT ROW_COUNT()"),
          List.of("SELECT v FROM own_errors LIMIT 2", UNKNOWN, "SELECT FOUND_ROWS()"),
          List.of(
              UNKNOWN,
              "GET DIAGNOSTICS CONDITION 1 @n = MYSQL_ERRNO, @s = RETURNED_SQLSTATE, @m ="
                  + " MESSAGE_TEXT",
              "SELECT @n, @s, @m"),
          List.of(UNKNOWN, "GET DIAGNOSTICS @n = NUMBER, @r = ROW_COUNT", "SELECT @n, @r"),
          List.of(UNKNOWN, "SHOW ERRORS; SELECT 1; SHOW WARNINGS"),
          List.of(UNKNOWN, "SELECT 1; SHOW ERRORS"),
          List.of(UNKNOWN, "SELECT 1", "SHOW ERRORS"),
          List.of(UNKNOWN, "SET NAMES utf8mb4", "SHOW ERRORS"),
          List.of(UNKNOWN, "SELECT v FROM own_errors WHERE id = 2", "SHOW ERRORS"),
          List.of(UNKNOWN, "BEGIN", "SHOW ERRORS", "COMMIT"),
          List.of(UNKNOWN, PINGS, "SHOW ERRORS"),
          List.of(
              "BEGIN", "SELECT v FROM own_errors WHERE id = 2", UNKNOWN, "SHOW ERRORS", "COMMIT"),
          List.of("SET @kept = 1", UNKNOWN, "SHOW ERRORS", "SELECT @kept"),
          List.of("SET sql_mode = 'NO_BACKSLASH_ESCAPES'", UNKNOWN, "SHOW ERRORS"),
          List.of("SET NAMES latin1", UNKNOWN, "SHOW ERRORS"),
          List.of(UNKNOWN, "SELECT CAST('a' AS SIGNED)", "SHOW WARNINGS"),
          List.of(UNKNOWN, "SELECT * FROM nowhere", "SHOW WARNINGS"),
          List.of(PREPARES_ENDED, "SHOW WARNINGS"),
          List.of(
              "INSERT INTO own_errors (v) VALUES (1)",
              UNKNOWN,
              "SHOW ERRORS",
              "SELECT LAST_INSERT_ID() > 0, ROW_COUNT()"));

  /** MySQL shows the warnings of before beside it, as the command is no statement. */
  private static final List<String> BEHIND_A_WARNING =
      List.of("SELECT CAST('a' AS SIGNED)", UNKNOWN, "SHOW WARNINGS");

  private static final String DROPPED = "DELETE FROM own_errors WHERE v = 'dropped'";

  private static String answer(RawMysqlClient client, String step) throws IOException {
    byte[] command =
        switch (step) {
          case UNKNOWN -> RawMysqlClient.execute(4711, "x");
          case PREPARES_ENDED -> RawMysqlClient.text(Command.STMT_PREPARE, "SELECT '");
          case PINGS -> RawMysqlClient.command(Command.PING);
          default ->
              step.startsWith(PREPARED)
                  ? RawMysqlClient.ofStatement(
                      Command.STMT_EXECUTE,
                      client.prepare(step.substring(PREPARED.length())),
                      new byte[] {0, 1, 0, 0, 0})
                  : RawMysqlClient.query(step);
        };
    try {
      return client.query(command).toString();
    } catch (RawMysqlClient.ErrorReceived error) {
      return error.getMessage();
    }
  }

  private static List<String> play(MysqlTarget target, List<String> script, boolean between)
      throws IOException {
    List<String> said = new ArrayList<>();
    try (RawMysqlClient client = RawMysqlClient.logIn(target);
        RawMysqlClient other = RawMysqlClient.logIn(target)) {
      for (String step : script) {
        said.add(step + ": " + answer(client, step));
        if (between) {
          answer(other, "INSERT INTO own_errors (v) VALUES (3), (4)");
          answer(other, "SELECT * FROM nowhere_else");
        }
      }
    }
    return said;
  }

  private static void makeTable(MysqlRelease release) throws IOException {
    release
        .shared()
        .primary()
        .executeIn(
            "app",
            "DROP TABLE IF EXISTS own_errors",
            "CREATE TABLE own_errors (id INT AUTO_INCREMENT PRIMARY KEY, v INT)",
            "INSERT INTO own_errors (v) VALUES (1), (2)");
  }

  @MariadbAndMysql
  void isShownAsThatOfAServer(MysqlRelease release) throws IOException, SQLException {
    MysqlTarget server = MysqlTarget.of(release.shared().primary());
    makeTable(release);
    server.jdbc().close(); // it remembers the user
    List<List<String>> scripts = new ArrayList<>(SCRIPTS);
    if (release == MysqlRelease.MARIADB) {
      scripts.add(BEHIND_A_WARNING);
    }
    SoftAssertions all = new SoftAssertions();
    for (boolean multiplex : new boolean[] {true, false}) {
      try (MysqlNode node =
          MysqlNode.start(release, c -> c.vdb("multiplex", multiplex).vdb("pool.size", 2))) {
        for (List<String> script : scripts) {
          for (boolean between : new boolean[] {false, true}) {
            List<String> direct = play(server, script, between);
            all.assertThat(play(node.target(), script, between))
                .as("multiplex %s, another client between %s", multiplex, between)
                .isEqualTo(direct);
          }
        }
      }
    }
    all.assertAll();
  }

  @MariadbAndMysql
  void soIsThatOfARule(MysqlRelease release) throws IOException {
    makeTable(release);
    try (MysqlNode node =
            MysqlNode.start(
                release,
                c ->
                    c.vdb("pool.size", 1)
                        .vdb("rules", List.of("own"))
                        .rules(
                            "own",
                            rule("DELETE FROM own_errors", "drop", ""),
                            rule("UPDATE own_errors", "result", "\"value\": 3")));
        RawMysqlClient client = RawMysqlClient.logIn(node.target());
        RawMysqlClient other = RawMysqlClient.logIn(node.target())) {
      String refused = answer(client, DROPPED);
      assertThat(refused).startsWith("1142 42000");
      assertThat(other.value("SELECT 7")).as("keeps nothing from others").isEqualTo("7");
      assertThat(answer(client, "SHOW ERRORS"))
          .isEqualTo("[[Error, 1142, " + refused.substring("1142 42000 ".length()) + "]]");
      answer(client, DROPPED);
      assertThat(answer(client, "SELECT v FROM own_errors WHERE v = 1")).isEqualTo("[[1]]");
      assertThat(answer(client, "SHOW ERRORS")).isEqualTo("[]");
      answer(client, DROPPED);
      answer(client, "UPDATE own_errors SET v = 1");
      assertThat(answer(client, "SHOW ERRORS")).isEqualTo("[]");
    }
  }
}
