package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.change;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.rows;
import static dev.heimdall.test.fixture.TestConfiguration.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.MariaServer;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule actions for MySQL's clients, with texts and with statements that the server prepares. */
class MysqlRulesIT {
  private static MysqlNode node;
  private static Connection direct;

  @BeforeAll
  static void start() throws SQLException {
    direct = MysqlTarget.of(MysqlRelease.MARIADB.shared().primary()).jdbc();
    execute(
        direct,
        "DROP TABLE IF EXISTS ruled, noted, flaky",
        "CREATE TABLE ruled (id INT PRIMARY KEY, name VARCHAR(60), data BLOB)",
        "CREATE TABLE noted (what VARCHAR(60))");
    MariaServer other = MariaServer.shared();
    node =
        MysqlNode.start(
            MysqlRelease.MARIADB,
            c ->
                c.source("other", "url", other.url("crm"))
                    .source("other", "user", MariaServer.USER)
                    .source("other", "password", MariaServer.PASSWORD)
                    .source("other", "tls.mode", "disable")
                    .vdb("pool.size", 2)
                    .vdb("ruleSources", List.of("other"))
                    .vdb("rules", List.of("all"))
                    .rules(
                        "all",
                        rule("secret", "drop", ""),
                        rule("quiet", "result", "\"value\": 7"),
                        rule("'old'", "transform", "\"target\": \"'new'\""),
                        rule("slow", "tag", "\"queryTimeout\": 300"),
                        rule("one_at_a_time", "tag", "\"concurrency\": 1"),
                        rule(
                            "elsewhere", "forward", "\"source\": \"other\", \"setcatalog\": false"),
                        rule("at_once", "async-execute", "\"spoofedResult\": 5"),
                        rule("in_the_end", "async-execute", "\"holdUntil\": \"executed\""),
                        rule(
                            "noted before",
                            "trigger",
                            "\"timing\": \"before\", \"command\":"
                                + " \"INSERT INTO noted VALUES ('before')\""),
                        rule(
                            "noted after",
                            "trigger",
                            "\"timing\": \"after\", \"command\":"
                                + " \"INSERT INTO noted VALUES (\\\"after\\\")\""),
                        rule(
                            "noted wrongly",
                            "trigger",
                            "\"timing\": \"before\", \"command\":"
                                + " \"INSERT INTO never_there VALUES (1)\""),
                        rule("meta", "tag", "\"printmeta\": true"),
                        rule("printed", "tag", "\"printresults\": true"),
                        rule("columns", "log", "\"logcolumns\": \"name\""),
                        rule(
                            "flaky",
                            "retry",
                            "\"exception\": \"1146\", \"maxRetries\": 100, \"retryDelay\": 50"),
                        rule("planned", "extract-plan", "\"threshold\": 0, \"frequency\": 3600"),
                        rule("held", "multiplex", "\"disable\": \"held\""),
                        rule("freed", "multiplex", "\"enable\": \"held\"")));
  }

  @AfterAll
  static void stop() throws SQLException {
    node.close();
    direct.close();
  }

  private static Connection client(boolean prepared) throws SQLException {
    return node.target()
        .jdbc("useServerPrepStmts", String.valueOf(prepared), "allowMultiQueries", "true");
  }

  private static void fails(int number, ThrowingCall call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> assertThat(e.getErrorCode()).as(e.getMessage()).isEqualTo(number));
  }

  private interface ThrowingCall {
    void run() throws SQLException;
  }

  private static void awaitRows(String sql, String... expected) {
    Await.until(sql, () -> rows(direct, sql).equals(List.of(expected)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void statementsAreRefusedAnsweredAndChangedInATransactionToo(boolean prepared)
      throws SQLException {
    try (Connection client = client(prepared)) {
      for (boolean autocommit : new boolean[] {true, false}) {
        client.setAutoCommit(autocommit);
        assertThat(rows(client, "SELECT 1")).containsExactly("1");
        fails(1142, () -> rows(client, "SELECT 'secret'"));
        fails(1142, () -> execute(client, "SELECT 1; SELECT 'secret'"));
        assertThat(change(client, "UPDATE ruled SET name = 'quiet' WHERE id = ?", 1)).isEqualTo(7);
        assertThat(rows(client, "SELECT 'old', ?", "x")).containsExactly("new x");
        assertThat(rows(client, "SELECT 2")).containsExactly("2");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTimeLimitEndsWhatRuns(boolean prepared) throws SQLException {
    try (Connection client = client(prepared)) {
      execute(
          direct,
          "REPLACE INTO ruled (id) VALUES (77)",
          "BEGIN",
          "DELETE FROM ruled WHERE id = 77");
      fails(1317, () -> change(client, "UPDATE ruled SET name = 'slow' WHERE id = ?", 77));
      assertThat(rows(client, "SELECT ?", 1)).containsExactly("1");
    } finally {
      execute(direct, "COMMIT");
    }
  }

  @Test
  void oneStatementRunsAtATime() throws Exception {
    try (Connection client = client(false);
        Connection other = client(true)) {
      CompletableFuture<List<String>> first =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return rows(client, "SELECT get_lock('ruled', 60), 'one_at_a_time'");
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(rows(other, "SELECT 'one_at_a_time', ?", 1)).containsExactly("one_at_a_time 1");
      assertThat(first.get()).containsExactly("1 one_at_a_time");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aStatementGoesToAnotherSourceOfItsEngine(boolean prepared) throws SQLException {
    try (Connection client = client(prepared)) {
      for (int i = 0; i < 3; i++) {
        assertThat(rows(client, "SELECT DATABASE(), 'elsewhere', ?", i))
            .containsExactly("crm elsewhere " + i);
        assertThat(rows(client, "SELECT DATABASE(), ?", i)).containsExactly("app " + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void statementsAreCarriedOutLaterAsTheyMean(boolean prepared) throws SQLException {
    byte[] bytes = {0, '\'', '\\', (byte) 0xff};
    try (Connection client = client(prepared)) {
      execute(client, "DELETE FROM ruled");
      assertThat(
              change(
                  client,
                  "INSERT INTO ruled VALUES (?, concat(\"it's \\\"\", ?), ?) -- at_once",
                  1,
                  "a\\'b",
                  bytes))
          .isEqualTo(5);
      awaitRows("SELECT id, name, hex(data) FROM ruled", "1 it's \"a\\'b 00275CFF");
      assertThat(change(client, "UPDATE ruled SET name = ? WHERE id < ? -- in_the_end", null, 9))
          .isEqualTo(1);
      assertThat(rows(direct, "SELECT ifnull(name, 'none') FROM ruled")).containsExactly("none");
      fails(1062, () -> change(client, "INSERT INTO ruled VALUES (?, '', '') -- in_the_end", 1));
      execute(client, "SET sql_mode = 'NO_BACKSLASH_ESCAPES'");
      execute(client, "UPDATE ruled SET name = 'a\\' WHERE id = 1 -- in_the_end");
      assertThat(rows(direct, "SELECT name FROM ruled")).containsExactly("a\\");
      client.setAutoCommit(false);
      change(client, "DELETE FROM ruled WHERE id = ? -- at_once", 1);
      client.rollback();
      assertThat(rows(direct, "SELECT count(*) FROM ruled")).containsExactly("1");
      client.setAutoCommit(true);
    }
  }

  /** Literals of the deferred text are of the parameters' types, and have all their digits. */
  @Test
  void valuesOfADeferredExecutionAreThoseOfADirectOne() throws SQLException {
    execute(direct, "DROP TABLE IF EXISTS edges");
    execute(direct, "CREATE TABLE edges (d DOUBLE, f DOUBLE, n DECIMAL(40,10), b DOUBLE)");
    String insert = "INSERT INTO edges SELECT ?, ?, ? + 0, ? + 0 -- ";
    try (Connection client = client(true)) {
      for (String how : List.of("now", "in_the_end")) {
        try (PreparedStatement statement = client.prepareStatement(insert + how)) {
          statement.setDouble(1, -0.0);
          statement.setFloat(2, 0.1F);
          statement.setBigDecimal(3, new BigDecimal("12345678901234567890.125"));
          statement.setBytes(4, new byte[] {'7'});
          statement.executeUpdate();
        }
      }
    }
    assertThat(rows(direct, "SELECT CAST(d AS CHAR), f, n, b FROM edges"))
        .hasSize(2)
        .containsOnly("-0 0.10000000149011612 12345678901234567890.1250000000 7.0");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void triggersRunBesideTheStatement(boolean prepared) throws SQLException {
    execute(direct, "DELETE FROM noted");
    try (Connection client = client(prepared)) {
      assertThat(rows(client, "SELECT count(*), 'noted before' FROM noted"))
          .containsExactly("1 noted before");
      assertThat(rows(client, "SELECT count(*), 'noted after' FROM noted"))
          .containsExactly("1 noted after");
      assertThat(rows(direct, "SELECT what FROM noted")).containsExactly("before", "after");
      fails(1146, () -> rows(client, "SELECT 'noted wrongly'"));
      assertThat(rows(client, "SELECT ?", 1)).containsExactly("1");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void resultsAreWrittenDown(boolean prepared) throws SQLException {
    try (LoggedLines log = LoggedLines.of("heimdall.query");
        Connection client = client(prepared)) {
      rows(client, "SELECT 1 AS id, 'n' AS name, 2.5 AS price, NULL AS none, ? AS x /* meta */", 1);
      assertThat(lines(log, "result columns", 1).get(0))
          .contains("id int")
          .contains("name varchar")
          .contains("price decimal");
      rows(
          client,
          "SELECT 1 AS id, 'n' AS name, 2.5 AS price, NULL AS none,"
              + " TIMESTAMP'2026-11-20 12:34:56' AS at /* printed */"
              + " UNION ALL SELECT 2, 'm', 0.5, NULL, NULL FROM DUAL WHERE ? = 3",
          3);
      List<String> printed = lines(log, "result row", 2);
      assertThat(printed.get(0))
          .endsWith("values=\"id=1, name=n, price=2.5, none=null, at=2026-11-20 12:34:56\"");
      assertThat(printed.get(1)).endsWith("values=\"id=2, name=m, price=0.5, none=null, at=null\"");
      client.setAutoCommit(false);
      rows(client, "SELECT 1 AS id, 'n' AS name, ? /* columns */", 1);
      client.rollback();
      assertThat(lines(log, "result row", 3).get(2)).endsWith("values=\"name=n\"");
      execute(client, "SELECT 1 AS a; SELECT 3 AS b, 'printed' AS c");
      assertThat(lines(log, "result row", 5).get(4)).endsWith("values=\"b=3, c=printed\"");
    }
  }

  private static List<String> lines(LoggedLines log, String what, int count) {
    Await.until(count + " lines: " + what, () -> log.beginningWith("INFO " + what).size() >= count);
    return log.beginningWith("INFO " + what);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatFailsIsTriedAgain(boolean prepared) throws Exception {
    execute(direct, "CREATE TABLE flaky (n INT)", "INSERT INTO flaky VALUES (7)");
    try (Connection client = client(prepared);
        PreparedStatement statement = client.prepareStatement("SELECT n, ? FROM flaky")) {
      statement.setInt(1, 1);
      execute(direct, "DROP TABLE flaky");
      long before = statementsOfServer();
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(
              () -> {
                try (ResultSet row = statement.executeQuery()) {
                  row.next();
                  return row.getString(1) + " " + row.getString(2);
                } catch (SQLException e) {
                  return e.toString();
                }
              });
      Await.until("it is tried again", () -> answer.isDone() || statementsOfServer() > before + 2);
      execute(direct, "CREATE TABLE flaky AS SELECT 7 AS n");
      assertThat(answer.get()).isEqualTo("7 1");
    } finally {
      execute(direct, "DROP TABLE IF EXISTS flaky");
    }
  }

  private static long statementsOfServer() throws SQLException {
    String which = "variable_name IN ('Com_select', 'Com_stmt_execute')";
    return rows(direct, "SHOW GLOBAL STATUS WHERE " + which).stream()
        .mapToLong(row -> Long.parseLong(row.substring(row.indexOf(' ') + 1)))
        .sum();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void plansAreTaken(boolean prepared) throws SQLException {
    String what = prepared ? "planned_prepared" : "planned";
    try (Connection client = client(prepared)) {
      rows(client, "SELECT name AS " + what + " FROM ruled WHERE `name` = \"hidden\"");
      Await.until(
          "the plan is there",
          () ->
              node.admin("SHOW PLANS").stream()
                  .anyMatch(plan -> plan.toString().contains(" " + what + " ")));
      assertThat(node.admin("SHOW PLANS").toString()).contains("ruled").doesNotContain("hidden");
    }
  }

  /** MariaDB fills derived tables for a plan. */
  @Test
  void aPlanWritesNothing() throws SQLException {
    try (Connection maker = MysqlRelease.MARIADB.shared().primary().connect("app");
        Connection client = client(false)) {
      execute(
          maker,
          "DROP TABLE IF EXISTS written_by_plans",
          "DROP FUNCTION IF EXISTS writes_for_plans",
          "CREATE TABLE written_by_plans (i INT) ENGINE=MyISAM",
          "CREATE FUNCTION writes_for_plans() RETURNS INT DETERMINISTIC MODIFIES SQL DATA"
              + " BEGIN INSERT INTO written_by_plans VALUES (1); RETURN 1; END",
          "GRANT EXECUTE ON FUNCTION app.writes_for_plans TO " + MysqlRelease.USER);
      double before = plans();
      rows(client, "SELECT `planned` FROM (SELECT writes_for_plans() AS `planned`) AS derived");
      Await.until("a plan was asked for", () -> plans() > before);
      assertThat(rows(maker, "SELECT COUNT(*) FROM written_by_plans")).containsExactly("1");
    }
  }

  /** How often one was asked for, and there was one or none. */
  private static double plans() {
    return node.metric("heimdall_plans_taken_total") + node.metric("heimdall_plans_failed_total");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSessionKeepsItsConnectionFromARuleToAnother(boolean prepared) throws SQLException {
    try (Connection client = client(prepared)) {
      rows(client, "SELECT 'held', ?", 1);
      assertThat(reasons()).anyMatch(reason -> reason.contains("held"));
      rows(client, "SELECT 'freed', ?", 1);
      assertThat(reasons()).noneMatch(reason -> reason.contains("held"));
    }
  }

  private static List<String> reasons() {
    return node.clients().stream().map(Map::toString).toList();
  }

  @Test
  void operatorsAskAboutRulesInTheirSession() throws SQLException {
    try (Connection client = node.target().as("admin", "admin").jdbc()) {
      assertThat(rows(client, "EXPLAIN RULES SELECT `secret` # one"))
          .anyMatch(row -> row.startsWith("all 1 ") && row.contains("drop yes"));
      rows(client, "SELECT name FROM ruled WHERE name = \"hidden\" /* meta */");
      String info = rows(client, "SHOW QUERYINFO").toString();
      assertThat(info).contains("app.ruled").doesNotContain("hidden");
    }
    try (Connection client = client(false)) {
      fails(1064, () -> rows(client, "EXPLAIN RULES SELECT 1"));
    }
  }
}
