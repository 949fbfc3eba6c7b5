package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.Connection;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What INSERT and REPLACE find whose rows come from a query, and what that costs. */
class MysqlInsertedQueriesIT {
  private static final List<String> SET_UP =
      List.of(
          "DROP TABLE IF EXISTS inserted_from",
          "CREATE TABLE inserted_from (v INT)",
          "INSERT INTO inserted_from VALUES (1), (2), (3)",
          "DROP TABLE IF EXISTS inserted_to",
          "CREATE TABLE inserted_to (v INT UNIQUE)");

  private static final String FINDS = "SELECT 1 UNION SELECT 2";

  private static final List<List<String>> SCRIPTS =
      List.of(
          List.of(
              FINDS,
              "INSERT INTO inserted_to SELECT v FROM inserted_from",
              "TRUNCATE inserted_to",
              "SELECT FOUND_ROWS()"),
          List.of(
              FINDS,
              "INSERT INTO inserted_to SELECT v FROM inserted_from WHERE 0",
              "SELECT FOUND_ROWS()"),
          List.of(
              FINDS,
              "INSERT INTO inserted_to (SELECT 1 FROM inserted_from)",
              "SELECT FOUND_ROWS()",
              "SELECT count(*) FROM inserted_to"),
          List.of(FINDS, "INSERT INTO inserted_to SELECT v FROM nowhere", "SELECT FOUND_ROWS()"),
          List.of(
              FINDS,
              "REPLACE INTO inserted_to WITH c AS (SELECT 7) SELECT * FROM c",
              "SELECT FOUND_ROWS()"),
          List.of(
              FINDS,
              "INSERT INTO inserted_to VALUES (IF(1, 8, (SELECT max(v) FROM inserted_from)))",
              "SELECT FOUND_ROWS()",
              "TRUNCATE inserted_to"));

  @ParameterizedTest
  @EnumSource(names = {"MARIADB", "MYSQL"})
  void whatTheirQueriesFindIsTheSessions(MysqlRelease release) throws Exception {
    release.shared().primary().executeIn("app", SET_UP.toArray(String[]::new));
    MysqlTarget server = MysqlTarget.of(release.shared().primary());
    SoftAssertions all = new SoftAssertions();
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
      for (List<String> script : SCRIPTS) {
        List<String> direct = MysqlAftermathIT.play(server, script, MysqlAftermathIT.FIVE_ROWS);
        all.assertThat(MysqlAftermathIT.play(node.target(), script, MysqlAftermathIT.FIVE_ROWS))
            .isEqualTo(direct);
      }
    }
    all.assertAll();
  }

  /** The number of another session does not survive what always has one of its own. */
  @Test
  void mysqlIsAskedNothingAheadOfThem() throws Exception {
    MysqlServer primary = MysqlRelease.MYSQL.shared().primary();
    primary.executeIn("app", SET_UP.toArray(String[]::new));
    try (MysqlNode node = MysqlNode.start(MysqlRelease.MYSQL, c -> c.vdb("pool.size", 1));
        Connection client = node.target().jdbc("readOnlyPropagatesToServer", "false");
        Connection other = node.target().jdbc("readOnlyPropagatesToServer", "false")) {
      primary.execute(
          "TRUNCATE mysql.general_log",
          "SET GLOBAL log_output = 'TABLE'",
          "SET GLOBAL general_log = 1");
      for (int i = 0; i < 5; i++) {
        RandomClient.run(client, FINDS);
        RandomClient.run(other, MysqlAftermathIT.FIVE_ROWS);
        RandomClient.run(client, "REPLACE INTO inserted_to SELECT v FROM inserted_from");
      }
      primary.execute("SET GLOBAL general_log = 0");
    }
    String logged = "SELECT count(*) FROM general_log WHERE argument LIKE '%s'";
    assertThat(primary.queryValue("mysql", logged.formatted("REPLACE INTO inserted_to SELECT%")))
        .isEqualTo("5");
    assertThat(primary.queryValue("mysql", logged.formatted("SELECT SQL_CALC_FOUND_ROWS 1 FROM%")))
        .isEqualTo("0");
  }
}
