package dev.heimdall.test.mysql;

import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;

/**
 * Select lists that mix what statements leave behind: the node knows some of it, and the server
 * connection alone has the rest, which what the node itself asks there must not clear.
 */
@Tag("long")
class MysqlMixedDiagnosticsIT {
  private static final List<List<String>> LEAVE =
      List.of(
          List.of("INSERT IGNORE INTO mixed (v) VALUES ('x')"),
          List.of("INSERT IGNORE INTO mixed (id, v) VALUES (1, 1)"),
          List.of("INSERT IGNORE INTO mixed (id, v) VALUES (1, 1), (NULL, 'x'), (NULL, 'y')"),
          List.of("INSERT INTO mixed (v) VALUES (7)", "SELECT CAST('a' AS SIGNED) FROM mixed"),
          List.of("INSERT INTO mixed (v) VALUES (7)", "SELECT * FROM nowhere"),
          List.of("INSERT INTO mixed (v) VALUES (7)", "UPDATE IGNORE mixed SET v = 'x'"),
          List.of("UPDATE IGNORE mixed SET v = 'x'"),
          List.of("SELECT LAST_INSERT_ID(17), CAST('a' AS SIGNED)"),
          List.of("SELECT SQL_CALC_FOUND_ROWS CAST('a' AS SIGNED) FROM mixed LIMIT 1"),
          List.of("CALL mixes()"),
          List.of("INSERT INTO mixed (v) VALUES (7)", "CALL mixes()"),
          List.of("BEGIN", "INSERT IGNORE INTO mixed (v) VALUES ('x')"),
          List.of("INSERT INTO mixed (v) VALUES (7)"));

  private static final List<String> ASK =
      List.of(
          "SELECT @@warning_count, LAST_INSERT_ID()",
          "SELECT LAST_INSERT_ID(), @@warning_count, @@error_count",
          "SELECT @@identity, @@warning_count",
          "SELECT @@warning_count, ROW_COUNT()",
          "SELECT @@warning_count, FOUND_ROWS()",
          "SELECT ROW_COUNT(), LAST_INSERT_ID(), FOUND_ROWS()",
          "SELECT @@warning_count, ROW_COUNT(), LAST_INSERT_ID(), FOUND_ROWS(), @@error_count",
          "SELECT @@warning_count + LAST_INSERT_ID() AS both_of_them",
          "SELECT v, @@warning_count, LAST_INSERT_ID() FROM mixed WHERE id = 1",
          "SET @w = @@warning_count, @i = LAST_INSERT_ID()",
          "SELECT @@warning_count, LAST_INSERT_ID(); SELECT 1");

  private static void makeTable(MysqlRelease release) {
    release
        .shared()
        .primary()
        .executeIn(
            "app",
            "DROP TABLE IF EXISTS mixed",
            "CREATE TABLE mixed (id INT AUTO_INCREMENT PRIMARY KEY, v INT)",
            "INSERT INTO mixed (v) VALUES (1), (2), (3)",
            "DROP PROCEDURE IF EXISTS mixes",
            "CREATE PROCEDURE mixes() INSERT IGNORE INTO mixed (v) VALUES ('x')");
  }

  private static List<String> play(MysqlRelease release, MysqlTarget target, List<String> script)
      throws SQLException {
    makeTable(release);
    return MysqlDiagnosticsIT.play(
        target, script, MysqlDiagnosticsIT.FIVE_ROWS, "SELECT LAST_INSERT_ID(4711)");
  }

  @MariadbAndMysql
  void isThatOfADirectConnection(MysqlRelease release) throws SQLException {
    compare(release, "", ASK);
  }

  /** Of a statement that is prepared where it is run at first, and at its second time is not. */
  @MariadbAndMysql
  void isThatOfADirectConnectionWherePrepared(MysqlRelease release) throws SQLException {
    List<String> single = ASK.stream().filter(ask -> !ask.contains(";")).toList();
    List<String> twice = new ArrayList<>(single);
    twice.addAll(single);
    compare(release, MysqlDiagnosticsIT.PREPARED, twice);
  }

  private static void compare(MysqlRelease release, String spelling, List<String> asks)
      throws SQLException {
    MysqlTarget server = MysqlTarget.of(release.shared().primary());
    SoftAssertions all = new SoftAssertions();
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
      for (List<String> leave : LEAVE) {
        List<String> script = new ArrayList<>();
        for (String ask : asks) {
          script.addAll(leave);
          script.add(spelling + ask);
          script.add("SHOW WARNINGS");
        }
        List<String> direct = play(release, server, script);
        all.assertThat(play(release, node.target(), script)).as("%s", leave).isEqualTo(direct);
      }
    }
    all.assertAll();
  }
}
