package dev.heimdall.test.mysql;

import static dev.heimdall.test.mysql.MysqlDiagnosticsIT.PREPARED;

import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.SQLException;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;

/**
 * What views, functions and triggers ask of their session's statements before is that session's,
 * though no text shows that they ask, and another client has used the server connections since.
 */
@Tag("long")
class MysqlUnseenIT {
  private static final List<String> SET_UP =
      List.of(
          "DROP TABLE IF EXISTS unseen",
          "CREATE TABLE unseen (id INT AUTO_INCREMENT PRIMARY KEY, v INT)",
          "DROP TABLE IF EXISTS unseen_too",
          "CREATE TABLE unseen_too (id INT PRIMARY KEY, v INT)",
          "INSERT INTO unseen_too VALUES (1, 1), (2, 2), (3, 3), (4, 4)",
          "DROP TABLE IF EXISTS unseen_others",
          "CREATE TABLE unseen_others (id INT AUTO_INCREMENT PRIMARY KEY, v INT)",
          "INSERT INTO unseen_others VALUES (800, 1)",
          "CREATE OR REPLACE VIEW unseen_id AS SELECT LAST_INSERT_ID() AS l",
          "CREATE OR REPLACE VIEW unseen_next AS SELECT l + 1 AS m FROM unseen_id",
          "CREATE OR REPLACE VIEW unseen_set AS SELECT LAST_INSERT_ID(77) AS l",
          "CREATE OR REPLACE VIEW unseen_found AS SELECT FOUND_ROWS() AS l",
          "CREATE OR REPLACE VIEW unseen_rows AS SELECT id, v FROM unseen_too"
              + " WHERE id <> LAST_INSERT_ID()",
          "CREATE OR REPLACE VIEW unseen_both AS SELECT a.id, a.v FROM unseen_too a"
              + " JOIN unseen_too b ON a.id = b.id WHERE b.v < 4",
          "CREATE OR REPLACE VIEW unseen_one AS SELECT id, v FROM unseen_too WHERE v < 100",
          "DROP FUNCTION IF EXISTS unseen_asks",
          "CREATE FUNCTION unseen_asks() RETURNS BIGINT DETERMINISTIC READS SQL DATA"
              + " RETURN LAST_INSERT_ID()",
          "DROP FUNCTION IF EXISTS unseen_asks_next",
          "CREATE FUNCTION unseen_asks_next() RETURNS BIGINT DETERMINISTIC READS SQL DATA"
              + " RETURN unseen_asks() + 1",
          "DROP FUNCTION IF EXISTS unseen_finds",
          "CREATE FUNCTION unseen_finds() RETURNS BIGINT DETERMINISTIC READS SQL DATA"
              + " RETURN FOUND_ROWS()",
          "CREATE OR REPLACE VIEW unseen_call AS SELECT unseen_asks() AS l",
          "DROP TABLE IF EXISTS unseen_by_trigger",
          "CREATE TABLE unseen_by_trigger (id INT AUTO_INCREMENT PRIMARY KEY, v INT, w INT, f INT)",
          "CREATE TRIGGER unseen_t BEFORE INSERT ON unseen_by_trigger FOR EACH ROW"
              + " SET NEW.w = LAST_INSERT_ID(), NEW.f = FOUND_ROWS()",
          "CREATE TRIGGER unseen_u BEFORE UPDATE ON unseen_by_trigger FOR EACH ROW"
              + " SET NEW.w = LAST_INSERT_ID()",
          "DROP PROCEDURE IF EXISTS unseen_reads",
          "CREATE PROCEDURE unseen_reads() SELECT l FROM unseen_id");

  private static final String GENERATES = "INSERT INTO unseen (v) VALUES (1), (2)";

  private static final List<List<String>> SCRIPTS =
      List.of(
          List.of("SELECT * FROM unseen_id", "SELECT unseen_asks()"),
          List.of(
              "TRUNCATE unseen",
              GENERATES,
              GENERATES,
              "SELECT * FROM unseen_id",
              "SELECT * FROM unseen_next",
              "SELECT * FROM unseen_call",
              "SELECT unseen_asks()",
              "SELECT unseen_asks_next()",
              PREPARED + "SELECT * FROM unseen_id",
              PREPARED + "SELECT unseen_asks()",
              "CALL unseen_reads()",
              "SELECT id FROM unseen_rows",
              "SELECT v FROM unseen_too WHERE id = unseen_asks()",
              "SELECT LAST_INSERT_ID()"),
          List.of(
              "TRUNCATE unseen",
              GENERATES,
              "SELECT * FROM unseen_set",
              "SELECT LAST_INSERT_ID()",
              "SELECT * FROM unseen_id"),
          List.of(
              "TRUNCATE unseen",
              "BEGIN",
              GENERATES,
              "SELECT * FROM unseen_id",
              "SELECT unseen_asks()",
              "COMMIT",
              "SELECT * FROM unseen_id"),
          List.of(
              "SELECT v FROM unseen_too",
              "SELECT * FROM unseen_found",
              "SELECT * FROM unseen_found"),
          List.of("SELECT v FROM unseen_too", "SELECT unseen_finds()"),
          List.of(
              "SELECT v FROM unseen_too",
              "SELECT unseen_finds() FROM unseen_too WHERE v < 3",
              "SELECT FOUND_ROWS()"),
          List.of(
              "TRUNCATE unseen",
              "TRUNCATE unseen_by_trigger",
              GENERATES,
              GENERATES,
              "SELECT v FROM unseen_too",
              "INSERT INTO unseen_by_trigger (v) VALUES (1), (2)",
              "SELECT FOUND_ROWS()",
              "SELECT v, w, f FROM unseen_by_trigger",
              "SELECT LAST_INSERT_ID()",
              "UPDATE unseen_by_trigger SET v = 3",
              "SELECT v, w, f FROM unseen_by_trigger"),
          // What a view stands for decides what is found behind a change of its rows.
          List.of(
              "SELECT v FROM unseen_too", "UPDATE unseen_both SET v = v", "SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM unseen_too", "UPDATE unseen_one SET v = v", "SELECT FOUND_ROWS()"),
          List.of(
              "SELECT v FROM unseen_too",
              "DELETE FROM unseen_one WHERE v = 99",
              "SELECT FOUND_ROWS()"));

  @MariadbAndMysql
  void whatIsAskedOutOfSightIsTheSessions(MysqlRelease release) throws SQLException {
    release.shared().primary().executeIn("app", SET_UP.toArray(String[]::new));
    String[] others = {"INSERT INTO unseen_others (v) VALUES (1)", MysqlDiagnosticsIT.FIVE_ROWS};
    MysqlTarget server = MysqlTarget.of(release.shared().primary());
    SoftAssertions all = new SoftAssertions();
    try (MysqlNode node =
        MysqlNode.start(release, c -> c.vdb("pool.size", 2).catalog(release.shared()))) {
      MysqlDifferentialIT.awaitCatalogue(node, "SELECT count(*) FROM unseen_too");
      for (List<String> script : SCRIPTS) {
        List<String> direct = MysqlDiagnosticsIT.play(server, script, others);
        all.assertThat(MysqlDiagnosticsIT.play(node.target(), script, others)).isEqualTo(direct);
      }
    }
    all.assertAll();
  }
}
