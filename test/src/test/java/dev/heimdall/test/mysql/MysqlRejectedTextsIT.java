package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the server could not make sense of has changed nothing, and pins nobody; what it has left to
 * be asked about keeps no connection that others wait for.
 */
@Tag("ci")
class MysqlRejectedTextsIT {
  private static final List<String> WRONG =
      List.of(
          "udpate t set a = 1",
          "helo",
          "selct",
          "desc t u v",
          "exit",
          "{}",
          "select 'abc",
          "/* abc",
          "use a b",
          "SET @a = = 1",
          "SELECT @a := 1 AND",
          "SELECT GET_LOCK('rejected', 0",
          "CREATE TEMPORARY TABLE rejected (a int,,)",
          "LOCK TABLES rejected REED",
          "PREPARE rejected FROM 'selct'",
          "CREATE PROCEDURE rejected() BEGIN SELECT 1",
          // What code may have raised as well.
          "INSERT INTO rejected VALUES (@a := 1,,2)",
          "UPDATE rejected SET a = (@a := 1) WHER a = 1",
          "UPDATE rejected SET a = (@a := 1) WHERE",
          "DELETE FROM rejected WHERE a = 'é' AND a = rejecting(1) é b -- at the end",
          "CALL rejecting_it(1,,2)",
          "CALL rejecting_it(1",
          "CALL rejecting_it(1) x",
          "EXECUTE",
          "EXECUTE rejected USING @a,,@b",
          "EXECUTE rejected USING @a @b" + ", @b".repeat(40),
          // Behind others.
          "SELECT 1; udpate t set a = 1; SELECT 2",
          "SELECT 1; SELECT 'abc",
          "SELECT 1; SELECT 2; /* abc",
          "DO 1; SET @a = = 1",
          "SELECT 1; CALL rejecting_it(1,,2); SET @a = 1",
          "SELECT 1; CREATE TEMPORARY TABLE rejected (a int,,)",
          "USE app; PREPARE rejected FROM 'SELECT 1' x");

  /** A name that no user variable can have. */
  private static final String TOO_LONG = "a".repeat(65);

  /** What has an error of another kind ahead of what would pin, or in its place. */
  private static final List<String> FAILED =
      List.of(
          "SELECT @a := v FROM nowhere",
          "SET @a = (SELECT v FROM nowhere)",
          "SELECT GET_LOCK('rejections', 0) FROM app.nowhere",
          "CREATE TEMPORARY TABLE rejected SELECT v FROM nowhere",
          "SELECT 1; SELECT @a := v FROM nowhere; SELECT 2",
          "SELECT 1; SELECT v FROM nowhere; SET @a = 1",
          "SELECT nothing; CREATE TEMPORARY TABLE rejected (a INT)",
          "SELECT 1; SELECT (SELECT 1 UNION SELECT 2); SELECT GET_LOCK('rejections', 0)",
          "SET no_such_variable = 1",
          "DO 1; SET no_such_variable = 1",
          "DO 1; SET no_such_variable = 1; LOCK TABLES rejected READ");

  /** MariaDB has no limit for them. */
  private static final List<String> ILLEGAL =
      List.of(
          "SET @" + TOO_LONG + " = 1",
          "SELECT @`" + TOO_LONG + "` := 1",
          "SELECT 1; SET @a = 1, @" + TOO_LONG + " = 2; SELECT 1",
          "SELECT 1 INTO @" + TOO_LONG);

  private static final String LEFT =
      "SELECT CONCAT(COALESCE(@a, 'nothing'), IS_USED_LOCK('rejections') <=> CONNECTION_ID())";

  private static String pins(MysqlNode node) {
    return String.valueOf(node.clients().get(0).get("pin_reason"));
  }

  private static String answer(RawMysqlClient client, byte[] command) throws IOException {
    try {
      return client.query(command).toString();
    } catch (RawMysqlClient.ErrorReceived error) {
      return error.getMessage();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRejectedTextPinsNobody(MysqlRelease release) throws IOException {
    pinsNobody(release, WRONG, "1064 .*");
  }

  @ParameterizedTest
  @EnumSource
  void whatWasNotBegunPinsNobody(MysqlRelease release) throws IOException {
    pinsNobody(release, FAILED, "(1146|1054|1242|1193) .*");
  }

  @Test
  void aUserVariableThatCannotBePinsNobody() throws IOException {
    pinsNobody(MysqlRelease.MYSQL, ILLEGAL, "3061 .*");
  }

  private static void pinsNobody(MysqlRelease release, List<String> texts, String answer)
      throws IOException {
    List<String> pinned = new ArrayList<>();
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
      for (String sql : texts) {
        try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
          assertThat(answer(client, RawMysqlClient.query(sql))).as(sql).matches("(?s)" + answer);
          answer(client, RawMysqlClient.query("SELECT 1 FROM information_schema.schemata"));
          String pin = pins(node);
          if (!List.of("null", "LAST_INSERT_ID()").contains(pin)) {
            pinned.add(sql + ": " + pin);
          }
        }
        Await.until("it has left", () -> node.clients().isEmpty());
      }
    }
    assertThat(pinned).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void whatRanAheadOfItPins(MysqlRelease release) throws IOException {
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
        RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      assertThatThrownBy(
              () -> client.query(RawMysqlClient.query("SET @a = 'there'; SELECT 1; selct")))
          .hasMessageStartingWith("1064");
      assertThat(client.value("SELECT @a FROM (SELECT 1) AS one")).isEqualTo("there");
      assertThat(pins(node)).isEqualTo("user variable");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatHasFailedAndWhatRanAheadOfItPins(MysqlRelease release) throws IOException {
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
      for (String sql :
          List.of(
              "SET @a = 'there'; SELECT 1; SELECT v FROM nowhere; SELECT 2",
              "SELECT 1; SELECT @a := 'there', (SELECT 1 UNION SELECT 2); SELECT 2",
              "SELECT @a := 'there', (SELECT 1 UNION SELECT 2)")) {
        try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
          assertThatThrownBy(() -> client.query(RawMysqlClient.query(sql))).isNotNull();
          client.value("SELECT 1 FROM (SELECT 1) AS one");
          assertThat(pins(node)).as(sql).isEqualTo("user variable");
        }
        Await.until("it has left", () -> node.clients().isEmpty());
      }
    }
  }

  /** The same error comes from code that has run; what that has left is there. */
  @ParameterizedTest
  @EnumSource
  void aRoutineThatSignalsTheSameKeepsWhatItsStatementHasDone(MysqlRelease release)
      throws IOException, SQLException {
    release
        .shared()
        .primary()
        .executeIn(
            "app",
            "DROP FUNCTION IF EXISTS rejecting",
            "DROP VIEW IF EXISTS rejections",
            "CREATE FUNCTION rejecting() RETURNS INT NO SQL BEGIN SIGNAL SQLSTATE '42000'"
                + " SET MYSQL_ERRNO = 1064, MESSAGE_TEXT = 'You have an error'; RETURN 1; END",
            "CREATE VIEW rejections AS SELECT rejecting() AS a",
            "DROP PROCEDURE IF EXISTS rejecting_text",
            "CREATE PROCEDURE rejecting_text(text varchar(99)) BEGIN SET @a = 'there', @text ="
                + " text; PREPARE rejected FROM @text; END");
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
        RawMysqlClient other = RawMysqlClient.logIn(node.target())) {
      for (String sql :
          List.of(
              "SELECT @a := 'there', rejecting()",
              "SELECT @a := 'there' FROM rejections WHERE a = 1",
              "SELECT GET_LOCK('rejections', 0) AND rejecting()",
              "SELECT GET_LOCK('rejections', 0), rejecting()",
              "CALL rejecting_text('selct 1')",
              "CALL rejecting_text('SELECT')",
              "CALL rejecting_text('SELECT (1))')")) {
        try (Connection direct = release.shared().primary().connect("app");
            RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
          assertThat(answer(client, RawMysqlClient.query(sql))).as(sql).startsWith("1064");
          other.query(RawMysqlClient.query("SELECT 1 FROM information_schema.schemata"));
          String left = client.value(LEFT);
          answer(client, RawMysqlClient.query("DO RELEASE_ALL_LOCKS()"));
          assertThat(left).as(sql).isEqualTo(leftDirectly(direct, sql));
        }
      }
    }
    release
        .shared()
        .primary()
        .executeIn(
            "app",
            "DROP VIEW rejections",
            "DROP FUNCTION rejecting",
            "DROP PROCEDURE rejecting_text");
  }

  private static String leftDirectly(Connection direct, String sql) throws SQLException {
    try (Statement statement = direct.createStatement()) {
      try {
        statement.execute(sql);
      } catch (SQLException expected) {
        assertThat(expected.getErrorCode()).isEqualTo(1064);
      }
      try (ResultSet rows = statement.executeQuery(LEFT)) {
        rows.next();
        return rows.getString(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoStaysIdleBehindAWarningKeepsNothingFromOthers(MysqlRelease release) throws IOException {
    try (MysqlNode node =
            MysqlNode.start(release, c -> c.vdb("pool.size", 2).vdb("pool.queueTimeout", "20s"));
        RawMysqlClient one = RawMysqlClient.logIn(node.target());
        RawMysqlClient two = RawMysqlClient.logIn(node.target());
        RawMysqlClient three = RawMysqlClient.logIn(node.target())) {
      one.query(RawMysqlClient.query("SELECT CAST('a' AS SIGNED)"));
      answer(two, RawMysqlClient.query("SELECT SQL_CALC_FOUND_ROWS 1 UNION SELECT 2 LIMIT 1"));
      answer(two, RawMysqlClient.query("SELECT nothing FROM nowhere"));
      assertThat(three.value("SELECT 3")).isEqualTo("3");
      assertThat(one.value("SELECT 1")).isEqualTo("1");
      assertThat(two.value("SELECT 2")).isEqualTo("2");
    }
  }

  /** While no client waits, it is there to be asked for longer than it takes to write that. */
  @ParameterizedTest
  @EnumSource
  void whatWasLeftIsShownAtOnce(MysqlRelease release) throws IOException {
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
        RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      client.query(RawMysqlClient.query("SELECT CAST('a' AS SIGNED)"));
      assertThat(client.query(RawMysqlClient.query("SHOW WARNINGS"))).hasSize(1);
    }
  }
}
