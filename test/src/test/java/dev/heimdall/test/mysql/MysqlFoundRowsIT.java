package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** What FOUND_ROWS() gives behind statements that write, and what that costs. */
class MysqlFoundRowsIT {
  private static final List<String> SET_UP =
      List.of(
          "DROP TABLE IF EXISTS inserted_from",
          "CREATE TABLE inserted_from (v INT)",
          "INSERT INTO inserted_from VALUES (1), (2), (3)",
          "DROP TABLE IF EXISTS inserted_to",
          "CREATE TABLE inserted_to (v INT UNIQUE)");

  /** Or the driver reads a row of its own ahead of each write. */
  private static final String[] AS_IT_STANDS = {"readOnlyPropagatesToServer", "false"};

  private static final String FINDS = "SELECT 1 UNION SELECT 2";

  private static final String COUNTS = "SELECT SQL_CALC_FOUND_ROWS v FROM inserted_from LIMIT 1";

  private static final String MANY =
      "SELECT 1 FROM inserted_from a, inserted_from b, inserted_from c, inserted_from d,"
          + " inserted_from e, inserted_from f, inserted_from g, inserted_from h, inserted_from i";

  private static final String FAILS_BEHIND_A_ROW =
      "SELECT v, CASE WHEN v = 2 THEN (SELECT v FROM inserted_from) ELSE 1 END FROM inserted_from";

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
              "TRUNCATE inserted_to"),
          List.of(COUNTS, "UPDATE inserted_from SET v = v WHERE 0", "SELECT FOUND_ROWS()"),
          List.of(COUNTS, "UPDATE inserted_from SET v = v WHERE v = 99", "SELECT FOUND_ROWS()"),
          // What fails behind the columns of its rows: MySQL counts no rows of those.
          List.of(FINDS, "SELECT (SELECT v FROM inserted_from)", "SELECT FOUND_ROWS()"),
          List.of(MANY, "SELECT (SELECT v FROM inserted_from)", "SELECT FOUND_ROWS()"),
          List.of(FINDS, FAILS_BEHIND_A_ROW, "SELECT FOUND_ROWS()"),
          List.of(
              FINDS,
              "SELECT v FROM inserted_from WHERE v = (SELECT v FROM inserted_from)",
              "SELECT FOUND_ROWS()"),
          // Of many rows, of which the text may leave the number as it was.
          List.of(MANY, "DO 1; SELECT FOUND_ROWS()"),
          List.of(MANY, "DO 1", "DO 1; SELECT FOUND_ROWS()", "DO 1; SELECT FOUND_ROWS()"),
          List.of(
              MANY,
              "UPDATE inserted_from a JOIN inserted_from b SET a.v = a.v; SELECT FOUND_ROWS()"),
          List.of(MANY, "PREPARE p FROM 'SELECT FOUND_ROWS()'", "EXECUTE p", "EXECUTE p"));

  @MariadbAndMysql
  void whatIsFoundIsTheSessions(MysqlRelease release) throws Exception {
    release.shared().primary().executeIn("app", SET_UP.toArray(String[]::new));
    MysqlTarget server = MysqlTarget.of(release.shared().primary());
    SoftAssertions all = new SoftAssertions();
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
      for (List<String> script : SCRIPTS) {
        List<String> direct = MysqlDiagnosticsIT.play(server, script, MysqlDiagnosticsIT.FIVE_ROWS);
        all.assertThat(MysqlDiagnosticsIT.play(node.target(), script, MysqlDiagnosticsIT.FIVE_ROWS))
            .isEqualTo(direct);
      }
    }
    all.assertAll();
  }

  /** The number of another session does not survive what always has one of its own. */
  @Test
  void mysqlIsAskedNothingAheadOfInsertedQueries() throws Exception {
    MysqlServer primary = MysqlRelease.MYSQL.shared().primary();
    primary.executeIn("app", SET_UP.toArray(String[]::new));
    try (MysqlNode node = MysqlNode.start(MysqlRelease.MYSQL, c -> c.vdb("pool.size", 1));
        Connection client = node.target().jdbc(AS_IT_STANDS);
        Connection other = node.target().jdbc(AS_IT_STANDS)) {
      primary.execute(
          "TRUNCATE mysql.general_log",
          "SET GLOBAL log_output = 'TABLE'",
          "SET GLOBAL general_log = 1");
      for (int i = 0; i < 5; i++) {
        RandomClient.run(client, FINDS);
        RandomClient.run(other, MysqlDiagnosticsIT.FIVE_ROWS);
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

  /** MySQL leaves the number where no row can be meant, and says all the same that none was. */
  private static List<String> updatedNothing(MysqlTarget target) throws SQLException {
    List<String> said = new ArrayList<>();
    try (Connection client = target.jdbc(AS_IT_STANDS);
        Connection other = target.jdbc(AS_IT_STANDS)) {
      for (String where : List.of("0", "v = 99", "v = 1")) {
        RandomClient.run(client, "SELECT v FROM inserted_from WHERE v = 0");
        RandomClient.run(other, MysqlDiagnosticsIT.FIVE_ROWS);
        said.add(RandomClient.run(client, "UPDATE inserted_from SET v = v WHERE " + where));
        said.add(RandomClient.run(client, "SELECT FOUND_ROWS()"));
        RandomClient.run(client, "BEGIN");
        RandomClient.run(client, FINDS);
        said.add(RandomClient.run(client, "UPDATE inserted_from SET v = v WHERE " + where));
        said.add(RandomClient.run(client, "SELECT FOUND_ROWS()"));
        RandomClient.run(client, "COMMIT");
      }
    }
    return said;
  }

  @MariadbAndMysql
  void anUpdateOfNoRowShowsNoNumberOfOthers(MysqlRelease release) throws Exception {
    release.shared().primary().executeIn("app", SET_UP.toArray(String[]::new));
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1))) {
      assertThat(updatedNothing(node.target()))
          .isEqualTo(updatedNothing(MysqlTarget.of(release.shared().primary())));
    }
  }
}
