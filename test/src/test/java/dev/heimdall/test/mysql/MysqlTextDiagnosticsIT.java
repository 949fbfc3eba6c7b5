package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;

/**
 * What statements of a multi-statement query report of those before them, in the same text and
 * ahead of it, is as on a direct connection, though another client uses the server connections in
 * between.
 */
@Tag("ci")
class MysqlTextDiagnosticsIT {
  private static final List<String> SET_UP =
      List.of(
          "DROP TABLE IF EXISTS many",
          "CREATE TABLE many (v INT)",
          "INSERT INTO many VALUES (1), (2), (3)",
          "DROP TABLE IF EXISTS keyed",
          "CREATE TABLE keyed (id INT AUTO_INCREMENT PRIMARY KEY, v INT)",
          "DROP TABLE IF EXISTS others",
          "CREATE TABLE others (id INT AUTO_INCREMENT PRIMARY KEY, v INT)",
          "ALTER TABLE others AUTO_INCREMENT = 1000",
          "DROP PROCEDURE IF EXISTS inserts_two",
          "CREATE PROCEDURE inserts_two() INSERT INTO keyed (v) VALUES (1), (2)",
          "DROP PROCEDURE IF EXISTS inserts_and_reads",
          "CREATE PROCEDURE inserts_and_reads() BEGIN INSERT INTO keyed (v) VALUES (1), (2);"
              + " SELECT 7; END",
          "DROP PROCEDURE IF EXISTS inserts_and_says",
          "CREATE PROCEDURE inserts_and_says() BEGIN INSERT INTO keyed (v) VALUES (1), (2);"
              + " SELECT ROW_COUNT(), LAST_INSERT_ID() > 0; END");

  private static final String TWO = "INSERT INTO keyed (v) VALUES (1), (2)";

  private static final List<List<String>> SCRIPTS =
      List.of(
          // As Entity Framework reads keys.
          List.of(
              "TRUNCATE keyed",
              "INSERT INTO keyed (v) VALUES (1); SELECT id FROM keyed WHERE ROW_COUNT() = 1 AND id"
                  + " = LAST_INSERT_ID()",
              "INSERT INTO keyed (v) VALUES (1); SELECT id FROM keyed WHERE ROW_COUNT() = 1 AND id"
                  + " = LAST_INSERT_ID(); INSERT INTO keyed (v) VALUES (2); SELECT id FROM keyed"
                  + " WHERE ROW_COUNT() = 1 AND id = LAST_INSERT_ID()",
              "UPDATE keyed SET v = 9 WHERE id = 1; SELECT ROW_COUNT()"),
          List.of(TWO, "UPDATE many SET v = v; SELECT ROW_COUNT()"),
          List.of(TWO, "SELECT ROW_COUNT(); SELECT ROW_COUNT()", "SELECT ROW_COUNT()"),
          List.of(TWO, "SET @r = ROW_COUNT(); SELECT @r, ROW_COUNT()"),
          List.of(TWO, "UPDATE many SET v = v; SET @r = ROW_COUNT(); SELECT @r, ROW_COUNT()"),
          List.of(
              TWO,
              "UPDATE many SET v = v; SELECT CASE WHEN ROW_COUNT() = 3 THEN 'three' ELSE 'not'"
                  + " END"),
          List.of(TWO, "SELECT CASE WHEN ROW_COUNT() = 2 THEN 'two' ELSE 'not' END AS c; SELECT 1"),
          List.of(TWO, "UPDATE many SET v = v; DO ROW_COUNT(); SELECT ROW_COUNT()"),
          List.of(TWO, "DO ROW_COUNT(); SELECT ROW_COUNT()"),
          List.of(TWO, "USE app; SELECT ROW_COUNT()"),
          List.of(TWO, "SET NAMES utf8mb4; SELECT ROW_COUNT()"),
          List.of(TWO, "BEGIN; SELECT ROW_COUNT(); COMMIT; SELECT ROW_COUNT()"),
          List.of(TWO, "SHOW TABLES LIKE 'keyed'; SELECT ROW_COUNT()"),
          List.of(TWO, "SHOW WARNINGS; SELECT ROW_COUNT()"),
          List.of(TWO, "SHOW ERRORS; SELECT ROW_COUNT()"),
          List.of(TWO, "SHOW COUNT(*) WARNINGS; SELECT ROW_COUNT()"),
          List.of(TWO, "SHOW WARNINGS", "SELECT ROW_COUNT()"),
          List.of(TWO, "SELECT 1; SHOW WARNINGS; SELECT ROW_COUNT()"),
          List.of(TWO, "UPDATE many SET v = v; SHOW WARNINGS; SELECT ROW_COUNT()"),
          List.of(TWO, "UPDATE many SET v = v; SHOW WARNINGS", "SELECT ROW_COUNT()"),
          List.of(TWO, "CALL inserts_two(); SELECT ROW_COUNT()"),
          List.of(TWO, "CALL inserts_and_reads(); SELECT ROW_COUNT()"),
          List.of(TWO, "CALL inserts_and_says(); SELECT ROW_COUNT()"),
          List.of(TWO, "CALL inserts_two()", "SELECT ROW_COUNT()"),
          List.of(TWO, "CALL inserts_and_reads()", "SELECT ROW_COUNT()"),
          List.of(TWO, "CALL inserts_and_says()", "SELECT ROW_COUNT()"),
          List.of(TWO, "CALL inserts_and_says(); SELECT 1", "SELECT ROW_COUNT()"),
          List.of(TWO, "SELECT 1; CALL inserts_two()", "SELECT ROW_COUNT()"),
          List.of(TWO, "SELECT 1; CALL inserts_and_reads()", "SELECT ROW_COUNT()"),
          List.of(TWO, "SELECT 1; UPDATE many SET v = v", "SELECT ROW_COUNT()"),
          List.of(TWO, "UPDATE many SET v = v; SELECT 1", "SELECT ROW_COUNT()"),
          List.of(TWO, "UPDATE many SET v = v; SELECT * FROM nowhere", "SELECT ROW_COUNT()"),
          List.of(TWO, "TRUNCATE keyed; SELECT ROW_COUNT()"),
          List.of(TWO, "DELETE FROM many WHERE v > 1000; SELECT ROW_COUNT()"),
          List.of(TWO, MysqlDiagnosticsIT.PREPARED + "UPDATE many SET v = v", "SELECT ROW_COUNT()"),
          List.of(TWO, MysqlDiagnosticsIT.PREPARED + "CALL inserts_two()", "SELECT ROW_COUNT()"),
          List.of(
              TWO, MysqlDiagnosticsIT.PREPARED + "CALL inserts_and_reads()", "SELECT ROW_COUNT()"),
          // What is prepared by SQL.
          List.of(
              TWO,
              "PREPARE p FROM 'UPDATE many SET v = v'; EXECUTE p; SELECT ROW_COUNT()",
              "SELECT ROW_COUNT()"),
          List.of(TWO, "PREPARE p FROM 'UPDATE many SET v = v'; EXECUTE p", "SELECT ROW_COUNT()"),
          List.of("PREPARE p FROM 'SELECT ROW_COUNT()'", TWO, "EXECUTE p", "EXECUTE p"),
          List.of(TWO, "PREPARE p FROM 'SELECT ROW_COUNT()'", "EXECUTE p"),
          List.of(
              "PREPARE p FROM 'SELECT ROW_COUNT()'",
              "PREPARE u FROM 'INSERT INTO keyed (v) VALUES (1), (2), (3)'",
              "EXECUTE u",
              "EXECUTE p",
              TWO,
              "EXECUTE p"),
          // Diagnostics.
          List.of(TWO, "GET DIAGNOSTICS @r = ROW_COUNT; SELECT @r, ROW_COUNT()"),
          List.of(TWO, "GET DIAGNOSTICS @r = ROW_COUNT, @n = NUMBER", "SELECT @r, @n, ROW_COUNT()"),
          List.of(TWO, "GET DIAGNOSTICS @n = NUMBER; SELECT ROW_COUNT()"),
          List.of(TWO, "GET DIAGNOSTICS @n = NUMBER", "SELECT ROW_COUNT()"),
          List.of(TWO, "GET DIAGNOSTICS @n = NUMBER; GET DIAGNOSTICS @r = ROW_COUNT", "SELECT @r"),
          List.of(TWO, "UPDATE many SET v = v; GET DIAGNOSTICS @r = ROW_COUNT; SELECT @r"),
          List.of(
              "SELECT CAST('a' AS SIGNED)",
              "SELECT 1 FROM many; SHOW WARNINGS; SELECT @@warning_count"),
          List.of("SELECT CAST('a' AS SIGNED)", "SHOW WARNINGS; SELECT 1; SHOW WARNINGS"),
          List.of("SELECT CAST('a' AS SIGNED)", "SELECT @@warning_count; SELECT @@warning_count"),
          List.of(
              "SELECT * FROM nowhere",
              "SHOW COUNT(*) ERRORS; SELECT @@error_count, @@warning_count; SHOW ERRORS"),
          List.of("SELECT * FROM nowhere", "SELECT 1; SHOW ERRORS"),
          List.of(TWO, "SELECT CAST('a' AS SIGNED); SELECT @@warning_count; SHOW WARNINGS"),
          List.of(
              TWO,
              "SELECT CAST('a' AS SIGNED); GET DIAGNOSTICS @n = NUMBER, @r = ROW_COUNT; SELECT @n,"
                  + " @r"),
          List.of(TWO, "INSERT INTO keyed (v) VALUES (1); SELECT * FROM nowhere", "SHOW ERRORS"),
          List.of("SELECT v FROM many", "SHOW WARNINGS; UPDATE many SET v = v", "SHOW WARNINGS"),
          List.of(
              "TRUNCATE keyed",
              "SELECT CAST('a' AS SIGNED)",
              "SHOW WARNINGS; INSERT INTO keyed (v) VALUES (1)",
              "SELECT LAST_INSERT_ID(), ROW_COUNT()"),
          List.of(
              "TRUNCATE keyed",
              TWO,
              "SELECT * FROM nowhere",
              "SHOW ERRORS; INSERT INTO keyed (v) VALUES (3)",
              "SELECT LAST_INSERT_ID()"),
          // Among others' ids, which it must not take for its own.
          List.of(
              "TRUNCATE keyed",
              TWO,
              "SELECT * FROM nowhere",
              "SHOW ERRORS; INSERT INTO keyed (id, v) VALUES (50, 3)",
              "SHOW ERRORS",
              "SELECT LAST_INSERT_ID()"),
          // Rows found.
          List.of(
              "SELECT v FROM many",
              "SELECT SQL_CALC_FOUND_ROWS v FROM many LIMIT 1; SELECT FOUND_ROWS()"),
          List.of(
              "SELECT v FROM many",
              "SELECT v FROM many LIMIT 2; SELECT FOUND_ROWS(); SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM many", "SELECT FOUND_ROWS(); SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM many", "SET NAMES utf8mb4; SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM many", "SET @f = FOUND_ROWS(); SELECT @f, FOUND_ROWS()"),
          List.of("SELECT v FROM many", "COMMIT; SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM many", TWO + "; SELECT FOUND_ROWS(), ROW_COUNT()"),
          List.of("SELECT v FROM many", "UPDATE many SET v = v; SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM many", "CALL inserts_two(); SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM many", "CALL inserts_and_reads(); SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM many", "SHOW WARNINGS; SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM many", "SHOW TABLES LIKE 'many'; SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM many", "EXPLAIN SELECT 1; SELECT FOUND_ROWS()"),
          List.of(
              "SELECT v FROM many",
              "INSERT INTO others (v) SELECT v FROM many LIMIT 2; SELECT FOUND_ROWS()"),
          List.of(
              "SELECT v FROM many",
              "INSERT INTO keyed (v) VALUES (FOUND_ROWS()); SELECT"
                  + " FOUND_ROWS(), (SELECT v FROM keyed ORDER BY id DESC LIMIT 1)"),
          List.of(
              "SELECT a.v FROM many a, many b, many c, many d, many e, many f, many g, many h, many"
                  + " i",
              "SET NAMES utf8mb4; SELECT FOUND_ROWS()"),
          // Generated ids.
          List.of(
              "TRUNCATE keyed",
              TWO,
              "SELECT LAST_INSERT_ID(); "
                  + TWO
                  + "; SELECT"
                  + " LAST_INSERT_ID(), @@identity, @@last_insert_id",
              "SELECT LAST_INSERT_ID()"),
          List.of(
              "TRUNCATE keyed",
              TWO,
              "SET @i = LAST_INSERT_ID(); SELECT @i, LAST_INSERT_ID(5)",
              "SELECT LAST_INSERT_ID()"),
          List.of(
              "TRUNCATE keyed",
              TWO,
              "SET last_insert_id = 7; SELECT LAST_INSERT_ID()",
              "SELECT LAST_INSERT_ID()"),
          List.of(
              "TRUNCATE keyed",
              "SET insert_id = 50; INSERT INTO keyed (v) VALUES (1); SELECT LAST_INSERT_ID(),"
                  + " @@insert_id",
              "SELECT @@insert_id, LAST_INSERT_ID()"),
          List.of(
              "TRUNCATE keyed",
              "CALL inserts_two(); SELECT LAST_INSERT_ID(), ROW_COUNT()",
              "SELECT LAST_INSERT_ID()"),
          List.of("SET rand_seed1 = 1, rand_seed2 = 2; SELECT RAND()", "SELECT RAND()"));

  private static final List<List<String>> MARIADB_ONLY =
      List.of(
          List.of(
              TWO, "BEGIN NOT ATOMIC UPDATE many SET v = v; SELECT ROW_COUNT(), FOUND_ROWS(); END"),
          List.of(TWO, "BEGIN NOT ATOMIC SELECT ROW_COUNT(); END"),
          List.of(TWO, "IF ROW_COUNT() = 2 THEN SELECT 'two'; END IF"),
          List.of(TWO, "UPDATE many SET v = v; EXECUTE IMMEDIATE 'SELECT ROW_COUNT()'"),
          List.of(TWO, "SET STATEMENT sort_buffer_size = 65536 FOR SELECT ROW_COUNT()"),
          List.of(
              "CREATE OR REPLACE SEQUENCE drawn",
              "SELECT NEXTVAL(drawn); SELECT LASTVAL(drawn)",
              "SELECT LASTVAL(drawn), PREVIOUS VALUE FOR drawn"),
          List.of(TWO, "INSERT INTO keyed (v) VALUES (3) RETURNING v; SELECT ROW_COUNT()"));

  private static void compare(MysqlRelease release, boolean multiplex) throws SQLException {
    MysqlTarget server = MysqlTarget.of(release.shared().primary());
    List<List<String>> scripts = new ArrayList<>(SCRIPTS);
    if (release == MysqlRelease.MARIADB) {
      scripts.addAll(MARIADB_ONLY);
    }
    String[][] betweens = {
      {}, {MysqlDiagnosticsIT.FIVE_ROWS, "INSERT INTO others (v) VALUES (1), (2), (3), (4)"}
    };
    SoftAssertions all = new SoftAssertions();
    release.shared().primary().executeIn("app", SET_UP.toArray(String[]::new));
    try (MysqlNode node =
        MysqlNode.start(release, c -> c.vdb("multiplex", multiplex).vdb("pool.size", 2))) {
      for (List<String> script : scripts) {
        for (String[] between : betweens) {
          List<String> direct = MysqlDiagnosticsIT.play(server, script, between);
          all.assertThat(MysqlDiagnosticsIT.play(node.target(), script, between))
              .as("with %s statements of another client between", between.length)
              .isEqualTo(direct);
        }
      }
    }
    all.assertAll();
  }

  /** It finds warnings of another session on its server connection, and none of its own. */
  @MariadbAndMysql
  void whatIsFoundIsTheSessionsBehindWarningsOfOthers(MysqlRelease release) throws SQLException {
    release.shared().primary().executeIn("app", SET_UP.toArray(String[]::new));
    try (MysqlNode node = MysqlNode.start(release, c -> c.node("loops", 1).vdb("pool.size", 1))) {
      for (MysqlTarget target :
          List.of(MysqlTarget.of(release.shared().primary()), node.target())) {
        try (Connection client = target.jdbc("allowMultiQueries", "true")) {
          assertThat(RandomClient.run(client, "SELECT v FROM many")).contains("(3,)");
          try (Connection other = target.jdbc("allowMultiQueries", "true")) {
            RandomClient.run(other, "SELECT CAST('x' AS SIGNED)");
          }
          assertThat(RandomClient.run(client, "SHOW WARNINGS; SELECT FOUND_ROWS()"))
              .as("to %s", target)
              .doesNotContain("Truncated")
              .contains("(3,)");
        }
      }
    }
  }

  @MariadbAndMysql
  void statementsOfATextReportOfThoseBeforeThem(MysqlRelease release) throws SQLException {
    compare(release, true);
  }

  @MariadbAndMysql
  void soTheyDoInSessionMode(MysqlRelease release) throws SQLException {
    compare(release, false);
  }
}
