package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What statements leave behind for those after them is as on a direct connection, though another
 * client uses the server connections in between.
 */
@Tag("ci")
class MysqlDiagnosticsIT {
  static final String PREPARED = "prepared: ";

  static final String FIVE_ROWS =
      "SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5";

  /** Finds 19,683 rows. */
  private static final String MANY =
      "SELECT 1 FROM mine a, mine b, mine c, mine d, mine e, mine f, mine g, mine h, mine i";

  private static final List<List<String>> SCRIPTS =
      List.of(
          // What uses no table leaves MariaDB's warnings and errors where they are.
          List.of("SELECT * FROM nowhere", "SELECT @@sql_mode", "SHOW WARNINGS"),
          List.of("SELECT * FROM nowhere", "SET NAMES utf8mb4", "SELECT 1", "SHOW ERRORS"),
          List.of("SELECT * FROM nowhere", "SELECT v FROM mine", "SHOW WARNINGS"),
          List.of("SELECT 1/0", "SELECT EXTRACT(YEAR FROM '2001-01-01')", "SHOW WARNINGS"),
          List.of("SELECT * FROM nowhere", "SELECT 1 FROM DUAL", "SELECT @@warning_count"),
          List.of("SELECT * FROM nowhere", "SELECT 1; SELECT 2", "SHOW WARNINGS"),
          List.of(
              "TRUNCATE mine_counted",
              "BEGIN",
              "INSERT INTO mine_counted (v) VALUES (1)",
              "SELECT CAST('a' AS SIGNED) FROM mine",
              "SELECT LAST_INSERT_ID()",
              "COMMIT",
              "SHOW WARNINGS"),
          // What has no rows leaves the number that FOUND_ROWS() gives.
          List.of("SELECT 1 UNION SELECT 2", "USE app", "COMMIT", "SELECT FOUND_ROWS()"),
          List.of("SELECT 1 UNION SELECT 2", "SELECT @@x_y", "SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM mine", "SHOW WARNINGS", "SELECT FOUND_ROWS()"),
          List.of(
              "SELECT SQL_CALC_FOUND_ROWS v FROM mine LIMIT 1",
              "USE app",
              "BEGIN",
              "COMMIT",
              "SELECT FOUND_ROWS()"),
          List.of(
              "BEGIN",
              "SELECT SQL_CALC_FOUND_ROWS v FROM mine LIMIT 1",
              "SAVEPOINT a",
              "COMMIT",
              "SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM mine", "DELETE FROM mine WHERE v = 17", "SELECT FOUND_ROWS()"),
          List.of("CALL three_rows()", "COMMIT", "SELECT FOUND_ROWS()"),
          List.of("SELECT 1; SELECT 1 UNION SELECT 2; COMMIT", "COMMIT", "SELECT FOUND_ROWS()"),
          List.of("INSERT INTO mine_too SELECT v FROM mine", "COMMIT", "SELECT FOUND_ROWS()"),
          List.of("REPLACE INTO mine_too SELECT v FROM mine WHERE v > 90", "SELECT FOUND_ROWS()"),
          List.of(
              "CREATE TABLE mine_copied SELECT v FROM mine",
              "SELECT FOUND_ROWS()",
              "DROP TABLE mine_copied",
              "SELECT FOUND_ROWS()"),
          List.of(
              "BEGIN",
              "INSERT INTO mine_too SELECT v FROM mine",
              "SELECT LAST_INSERT_ID(7)",
              "INSERT INTO mine_too SELECT v FROM mine",
              "COMMIT",
              "SELECT FOUND_ROWS()"),
          List.of(
              "SET @kept = 1",
              "INSERT INTO mine_too SELECT v FROM mine",
              "SET lc_time_names = 'de_DE'",
              "SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM mine", "DO mine_copies()", "SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM mine", "DO 1, 2 + 3", "SELECT FOUND_ROWS()"),
          // What may leave it, or not, and does not say so, finds what the session has had.
          List.of("SELECT v FROM mine", "CALL nothing()", "SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM mine WHERE v > 90", "CALL nothing()", "SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM mine WHERE v = 1", "CALL nothing()", "SELECT FOUND_ROWS()"),
          List.of(
              "SELECT a.v FROM mine a, mine b, mine c, mine d", // more than one digit
              PREPARED + "CALL nothing()",
              "SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM mine", "CALL says_found()", "SELECT FOUND_ROWS()"),
          // More than a server is to count once more.
          List.of(MANY, PREPARED + "CALL nothing()", "SELECT FOUND_ROWS()"),
          List.of(MANY, "CALL nothing()", "SELECT v FROM mine WHERE v = 1", "SELECT FOUND_ROWS()"),
          List.of(MANY, "CALL three_rows()", "SELECT FOUND_ROWS()"),
          List.of(MANY, "CALL nothing()", "CALL nothing()", "DO 1", "SELECT FOUND_ROWS()"),
          List.of(MANY, "EXPLAIN SELECT 1", "CALL nothing()", "SELECT FOUND_ROWS(), ROW_COUNT()"),
          List.of("SELECT v FROM mine", "CHECKSUM TABLE mine_too", "SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM mine", "EXPLAIN SELECT 1", "SELECT FOUND_ROWS()"),
          List.of(
              "SELECT v FROM mine",
              "CREATE TABLE IF NOT EXISTS mine SELECT 1 UNION SELECT 2",
              "SELECT FOUND_ROWS()"),
          List.of(
              "SELECT v FROM mine",
              "SET sql_select_limit = 0",
              "CALL nothing()",
              "SET sql_select_limit = DEFAULT",
              "SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM mine", "ROLLBACK TO a", "SET @a = 1; SELECT @a", "SHOW WARNINGS"),
          // The rows of several tables are found by a query.
          List.of(
              "SELECT 1 UNION SELECT 2",
              "UPDATE mine, mine_counted SET mine.v = mine.v WHERE mine.v < mine_counted.v",
              "SELECT FOUND_ROWS()"),
          List.of(
              "SELECT 1 UNION SELECT 2",
              "DELETE mine_too FROM mine_too JOIN mine USING (v) WHERE v > 90",
              "SELECT FOUND_ROWS()"),
          List.of(
              "SELECT 1 UNION SELECT 2",
              "DELETE FROM mine_too USING mine_too JOIN mine USING (v) WHERE v > 90",
              "SELECT FOUND_ROWS()"),
          // What writes leaves that number, but for MySQL's UPDATE.
          List.of(
              "SELECT v FROM mine",
              "UPDATE mine_counted SET v = LAST_INSERT_ID(v + 1)",
              "SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM mine", "UPDATE mine SET v = v", "SELECT FOUND_ROWS()"),
          List.of(
              "SELECT v FROM mine", "UPDATE mine SET v = 4 WHERE v > 90", "SELECT FOUND_ROWS()"),
          List.of(
              "SELECT v FROM mine", "INSERT INTO mine_too VALUES (1), (2)", "SELECT FOUND_ROWS()"),
          List.of(
              "INSERT IGNORE INTO mine_counted (id, v) VALUES (1, 1)",
              "SELECT v FROM mine",
              "INSERT IGNORE INTO mine_counted (id, v) VALUES (1, 1)",
              "SELECT FOUND_ROWS()"),
          List.of("SELECT v FROM mine", "TRUNCATE mine_too", "SELECT FOUND_ROWS()"),
          List.of(
              "SELECT SQL_CALC_FOUND_ROWS v FROM mine LIMIT 1",
              "DELETE FROM mine WHERE v > 90",
              "SELECT FOUND_ROWS()"),
          List.of(
              "SELECT SQL_CALC_FOUND_ROWS v FROM mine LIMIT 1",
              "GET DIAGNOSTICS @n = NUMBER",
              "SELECT FOUND_ROWS()"),
          // Numbers of rows in GET DIAGNOSTICS, and in what is prepared.
          List.of(
              "TRUNCATE mine_too",
              "INSERT INTO mine_too VALUES (1), (2)",
              "GET CURRENT DIAGNOSTICS @`a b` = ROW_COUNT, @'n' = NUMBER",
              "SELECT @`a b`, @n"),
          List.of(
              "SELECT * FROM nowhere",
              "GET DIAGNOSTICS @r = ROW_COUNT, @n = NUMBER",
              "SELECT @r, @n"),
          List.of(
              "TRUNCATE mine_too",
              "INSERT INTO mine_too VALUES (1), (2)",
              PREPARED + "SELECT ROW_COUNT(), FOUND_ROWS() AS found"),
          List.of(
              "SELECT v FROM mine",
              PREPARED + "SELECT FOUND_ROWS()",
              PREPARED + "SELECT FOUND_ROWS()",
              "TRUNCATE mine_too",
              "INSERT INTO mine_too VALUES (1), (2)",
              "UPDATE mine_too SET v = 3 WHERE v = 1",
              PREPARED + "SELECT ROW_COUNT() AS n"),
          List.of(PREPARED + "SELECT CONNECTION_ID() = @@pseudo_thread_id"),
          List.of(
              "SELECT * FROM nowhere",
              PREPARED + "SELECT v FROM mine WHERE v < 0",
              "SHOW WARNINGS",
              "SELECT @@warning_count"),
          // What routines of other databases have for their own time is not the session's.
          List.of("USE information_schema", "CALL app.rows_and_fails()", "SELECT DATABASE()"),
          List.of("USE information_schema", "CALL app.three_rows()", "SELECT DATABASE()"),
          List.of(
              "USE information_schema",
              "BEGIN",
              "CALL app.rows_and_fails()",
              "SELECT DATABASE()",
              "ROLLBACK",
              "SELECT DATABASE()"),
          List.of(
              "CALL sets_and_fails()", "SELECT @@sql_mode, @@time_zone, @@div_precision_increment"),
          List.of(
              "BEGIN",
              "CALL sets_and_fails()",
              "SELECT @@sql_mode, @@time_zone, @@div_precision_increment",
              "COMMIT",
              "SELECT @@sql_mode, @@time_zone, @@div_precision_increment"),
          List.of("CALL sets()", "SELECT @@sql_mode, @@time_zone, @@div_precision_increment"),
          List.of("CALL sets_names()", "SELECT @@collation_connection, @@character_set_client"),
          // What code has set, of which MariaDB reports nothing, counts for what is prepared next.
          List.of(
              PREPARED + "SELECT \"mine\"",
              "PREPARE p FROM 'SET @@sql_mode = ''ANSI_QUOTES'''",
              "EXECUTE p",
              PREPARED + "SELECT \"mine\"",
              "SELECT @@sql_mode"),
          List.of(
              PREPARED + "SELECT COLLATION('mine')",
              "EXECUTE IMMEDIATE 'SET @@collation_connection = latin1_bin'",
              PREPARED + "SELECT COLLATION('mine')"),
          List.of(
              PREPARED + "SELECT COLLATION('mine too')",
              "CALL sets_bare_collation()",
              PREPARED + "SELECT COLLATION('mine too')"),
          List.of(
              "PREPARE p FROM 'SELECT SQL_CALC_FOUND_ROWS v FROM mine LIMIT 1'",
              "EXECUTE p",
              "SELECT FOUND_ROWS()"),
          List.of("PREPARE p FROM 'SELECT CAST(''a'' AS SIGNED)'", "EXECUTE p", "SHOW WARNINGS"),
          List.of(
              "SELECT v FROM mine",
              PREPARED + "SELECT nothing FROM mine",
              "SELECT @@warning_count, @@error_count",
              "SHOW WARNINGS"),
          // What is prepared anew is so by the settings of now.
          List.of(
              PREPARED + "SELECT 1 / 7 FROM mine",
              "SET div_precision_increment = 9",
              PREPARED + "SELECT 1 / 7 FROM mine"),
          List.of(
              PREPARED + "SELECT DATE_FORMAT('2001-01-01', '%M') FROM mine",
              "SET lc_time_names = 'de_DE'",
              PREPARED + "SELECT DATE_FORMAT('2001-01-01', '%M') FROM mine"),
          List.of(
              PREPARED + "SELECT GROUP_CONCAT('mine', v) FROM mine",
              "SET group_concat_max_len = 5",
              PREPARED + "SELECT GROUP_CONCAT('mine', v) FROM mine"),
          List.of(
              PREPARED + "SELECT WEEK('2008-02-20') FROM mine",
              "SET default_week_format = 1",
              PREPARED + "SELECT WEEK('2008-02-20') FROM mine"),
          List.of(
              PREPARED + "SELECT FROM_UNIXTIME(v) FROM mine",
              "SET time_zone = '+05:00'",
              PREPARED + "SELECT FROM_UNIXTIME(v) FROM mine"),
          List.of(
              "SELECT SQL_CALC_FOUND_ROWS v FROM mine LIMIT 1",
              "SELECT * FROM nowhere",
              "SELECT FOUND_ROWS()"));

  private static final List<String> SET_UP =
      List.of(
          "DROP TABLE IF EXISTS mine",
          "CREATE TABLE mine (v INT)",
          "INSERT INTO mine VALUES (1), (2), (3)",
          "DROP TABLE IF EXISTS mine_too",
          "CREATE TABLE mine_too (v INT)",
          "DROP TABLE IF EXISTS mine_copied",
          "DROP TABLE IF EXISTS mine_counted",
          "CREATE TABLE mine_counted (id INT AUTO_INCREMENT PRIMARY KEY, v INT)",
          "DROP FUNCTION IF EXISTS mine_copies",
          "CREATE FUNCTION mine_copies() RETURNS INT DETERMINISTIC MODIFIES SQL DATA BEGIN"
              + " INSERT INTO mine_too SELECT v FROM mine; RETURN 1; END",
          "DROP PROCEDURE IF EXISTS nothing",
          "CREATE PROCEDURE nothing() BEGIN END",
          "DROP PROCEDURE IF EXISTS says_found",
          "CREATE PROCEDURE says_found() SELECT FOUND_ROWS()",
          "DROP PROCEDURE IF EXISTS three_rows",
          "CREATE PROCEDURE three_rows() SELECT v FROM app.mine",
          "DROP PROCEDURE IF EXISTS rows_and_fails",
          "CREATE PROCEDURE rows_and_fails() BEGIN SELECT 1; SELECT * FROM nowhere; END",
          "DROP PROCEDURE IF EXISTS sets",
          "CREATE PROCEDURE sets() BEGIN SET sql_mode = 'ANSI_QUOTES'; SET time_zone = '+05:00';"
              + " SELECT 1; SET div_precision_increment = 7; SELECT 2; END",
          "DROP PROCEDURE IF EXISTS sets_and_fails",
          "CREATE PROCEDURE sets_and_fails() BEGIN SET sql_mode = 'ANSI_QUOTES';"
              + " SET time_zone = '+05:00'; SELECT 1; SET div_precision_increment = 7;"
              + " SELECT * FROM nowhere; END",
          "DROP PROCEDURE IF EXISTS sets_names",
          "CREATE PROCEDURE sets_names() BEGIN SET NAMES latin1; SELECT 1; END",
          "DROP PROCEDURE IF EXISTS sets_bare_collation",
          "CREATE PROCEDURE sets_bare_collation() SET @@collation_connection = latin1_bin");

  /** What comes of a script, of whose steps each is followed by one of another client. */
  static List<String> play(MysqlTarget target, List<String> script, String... between)
      throws SQLException {
    List<String> said = new ArrayList<>();
    String[] properties = {
      "allowMultiQueries",
      "true",
      "useServerPrepStmts",
      "true",
      "readOnlyPropagatesToServer",
      "false" // or the driver reads a row of its own ahead of each write
    };
    try (Connection client = target.jdbc(properties);
        Connection other = target.jdbc(properties); // or it would have connections of its own
        Statement others = other.createStatement()) {
      for (String step : script) {
        said.add(
            step.startsWith(PREPARED)
                ? RandomClient.runPrepared(client, step.substring(PREPARED.length()))
                : RandomClient.run(client, step));
        for (String sql : between) {
          others.execute(sql);
        }
      }
    }
    return said;
  }

  @MariadbAndMysql
  void answersAreThoseOfADirectConnection(MysqlRelease release) throws SQLException {
    MysqlTarget server = MysqlTarget.of(release.shared().primary());
    SoftAssertions all = new SoftAssertions();
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
      release.shared().primary().executeIn("app", SET_UP.toArray(String[]::new));
      for (List<String> script : SCRIPTS) {
        List<String> direct = play(server, script, FIVE_ROWS);
        all.assertThat(play(node.target(), script, FIVE_ROWS)).isEqualTo(direct);
      }
    }
    all.assertAll();
  }

  /** What is prepared anew, by the settings of its PREPARE, is rejected: those of now are back. */
  private static List<String> rejectedAnew(MysqlTarget target) throws SQLException {
    try (Connection client = target.jdbc("useServerPrepStmts", "true");
        PreparedStatement first = client.prepareStatement("SELECT v / 7 FROM app.mine")) {
      first.executeQuery().close();
      try (PreparedStatement second = client.prepareStatement("SELECT v / 8 FROM app.mine")) {
        second.executeQuery().close();
      }
      List<String> said = new ArrayList<>();
      said.add(RandomClient.run(client, "SET div_precision_increment = 9"));
      said.add(RandomClient.run(client, "LOCK TABLES mine_too WRITE"));
      assertThatThrownBy(first::executeQuery).hasMessageContaining("'mine' was not locked");
      said.add(RandomClient.run(client, "GET DIAGNOSTICS CONDITION 1 @m = MESSAGE_TEXT"));
      said.add(RandomClient.run(client, "SHOW WARNINGS"));
      said.add(RandomClient.run(client, "SELECT @m, @@div_precision_increment"));
      said.add(RandomClient.run(client, "UNLOCK TABLES"));
      return said;
    }
  }

  @MariadbAndMysql
  void whatIsRejectedWhenItIsPreparedAnewLeavesItsError(MysqlRelease release) throws SQLException {
    release.shared().primary().executeIn("app", SET_UP.toArray(String[]::new));
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("prepared.perServer", 1))) {
      assertThat(rejectedAnew(node.target()))
          .isEqualTo(rejectedAnew(MysqlTarget.of(release.shared().primary())));
    }
  }

  /** MariaDB reports no {@code SET @@name}: what is not known must not be put back. */
  private static List<String> preparedAnew(MysqlTarget target) throws SQLException {
    try (Connection client = target.jdbc("useServerPrepStmts", "true");
        PreparedStatement first = client.prepareStatement("SELECT v / 7 AS a FROM app.mine")) {
      first.executeQuery().close();
      try (PreparedStatement second = client.prepareStatement("SELECT v / 8 FROM app.mine")) {
        second.executeQuery().close();
      }
      List<String> said = new ArrayList<>();
      said.add(RandomClient.run(client, "BEGIN"));
      said.add(RandomClient.run(client, "SET @@session.div_precision_increment = 2"));
      said.add(RandomClient.run(client, "SET @@div_precision_increment = 5"));
      try (ResultSet rows = first.executeQuery()) {
        rows.next();
        said.add(rows.getString(1));
      }
      said.add(RandomClient.run(client, "SELECT @@div_precision_increment"));
      said.add(RandomClient.run(client, "ROLLBACK"));
      return said;
    }
  }

  @MariadbAndMysql
  void whatIsPreparedAnewLeavesTheSessionsVariables(MysqlRelease release) throws SQLException {
    release.shared().primary().executeIn("app", SET_UP.toArray(String[]::new));
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("prepared.perServer", 1))) {
      assertThat(preparedAnew(node.target()))
          .isEqualTo(preparedAnew(MysqlTarget.of(release.shared().primary())));
    }
  }

  /**
   * What a cursor has found is known to the server alone, which prepares again for the next one.
   */
  private static List<String> foundByACursor(MysqlTarget target) throws SQLException {
    List<String> said = new ArrayList<>();
    try (Connection client =
            target.jdbc(
                "useServerPrepStmts", "true", "cachePrepStmts", "false", "useCursorFetch", "true");
        Connection other = target.jdbc();
        Statement others = other.createStatement();
        PreparedStatement asks =
            client.prepareStatement("SELECT FOUND_ROWS() AS f FROM app.mine WHERE v = ?")) {
      try (PreparedStatement fetched =
          client.prepareStatement("SELECT v FROM app.mine WHERE v < ? ORDER BY v LIMIT 2")) {
        fetched.setFetchSize(1);
        fetched.setInt(1, 9);
        try (ResultSet rows = fetched.executeQuery()) {
          while (rows.next()) {
            said.add(rows.getString(1));
          }
        }
      }
      said.add(RandomClient.run(client, "SET NAMES utf8mb4 COLLATE utf8mb4_bin"));
      others.execute("SELECT 1 UNION SELECT 2 UNION SELECT 3");
      asks.setInt(1, 1);
      try (ResultSet rows = asks.executeQuery()) {
        rows.next();
        said.add(rows.getString(1));
      }
    }
    return said;
  }

  @MariadbAndMysql
  void whatACursorHasFoundIsKnownThoughItsReaderIsPreparedAnew(MysqlRelease release)
      throws SQLException {
    release.shared().primary().executeIn("app", SET_UP.toArray(String[]::new));
    MysqlTarget server = MysqlTarget.of(release.shared().primary());
    try (MysqlNode node =
        MysqlNode.start(release, c -> c.vdb("pool.size", 2).vdb("prepared.perServer", 1))) {
      assertThat(foundByACursor(node.target())).isEqualTo(foundByACursor(server));
    }
  }

  /** The connection has generated none before, so that nobody asks whose its id is. */
  @MariadbAndMysql
  void anIdWhoseClientLeavesAtOnceIsNobodyElses(MysqlRelease release) throws Exception {
    release
        .shared()
        .primary()
        .executeIn(
            "app",
            "CREATE TABLE IF NOT EXISTS left_ids (id INT AUTO_INCREMENT PRIMARY KEY, v INT)",
            "INSERT INTO left_ids (v) VALUES (0)");
    for (int round = 0; round < 3; round++) {
      try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
          RawMysqlClient next = RawMysqlClient.logIn(node.target())) {
        try (RawMysqlClient leaves = RawMysqlClient.logIn(node.target())) {
          leaves.query(RawMysqlClient.query("INSERT INTO left_ids (v) VALUES (1)"));
        }
        assertThat(next.value("SELECT LAST_INSERT_ID()")).isEqualTo("0");
      }
    }
  }

  /** Two clients in turn, the second of which is given the ids that the first one generates. */
  private static final List<String> IDS =
      List.of(
          "0 INSERT INTO given_ids (v) VALUES (1)",
          "1 INSERT INTO other_ids (id, v) VALUES (1, 1)",
          "1 SELECT LAST_INSERT_ID()",
          "0 SELECT LAST_INSERT_ID()",
          "1 REPLACE INTO other_ids (id, v) VALUES (1, 2)",
          "1 SELECT @@last_insert_id",
          "0 SELECT @@identity",
          "1 INSERT INTO other_ids (id, v) VALUES (1, 3) ON DUPLICATE KEY UPDATE v = v + 1",
          "1 SELECT LAST_INSERT_ID()",
          "0 SELECT LAST_INSERT_ID()",
          "1 UPDATE other_ids SET v = 4",
          "1 INSERT INTO other_ids (v) VALUES (5)",
          "0 SELECT LAST_INSERT_ID()",
          "0 INSERT INTO given_ids (id, v) VALUES (2, 2)",
          "1 SELECT LAST_INSERT_ID()",
          "0 SELECT LAST_INSERT_ID()",
          "0 INSERT IGNORE INTO given_ids (id, v) VALUES (2, 2)",
          "0 BEGIN",
          "0 INSERT INTO given_ids (v) VALUES (3)",
          "0 ROLLBACK",
          "1 SELECT LAST_INSERT_ID()",
          "0 SELECT LAST_INSERT_ID()",
          // It fails, but not before it has generated an id.
          "1 INSERT INTO other_ids (v) VALUES (7), (5)",
          "1 UPDATE other_ids SET v = 4 WHERE v = 4",
          "0 SELECT LAST_INSERT_ID()",
          "1 SELECT LAST_INSERT_ID()",
          "0 SELECT 1; INSERT INTO given_ids (v) VALUES (9)",
          "1 INSERT INTO other_ids (id, v) VALUES (5, 9), (LAST_INSERT_ID() + 6, 10)",
          "1 SELECT LAST_INSERT_ID()",
          "0 SELECT LAST_INSERT_ID()",
          "1 SELECT max(id) FROM other_ids",
          // It leaves what it finds there, also when it fails.
          "0 INSERT INTO given_ids (v) VALUES (11)",
          "0 SELECT LAST_INSERT_ID()",
          "1 DELETE FROM other_ids",
          "1 INSERT INTO other_ids (id, v) VALUES (40, 1)",
          "1 SELECT LAST_INSERT_ID(0)",
          "0 INSERT INTO given_ids (v) VALUES (12)",
          "0 SELECT LAST_INSERT_ID()",
          "1 UPDATE other_ids SET nothing = 1",
          "1 SELECT LAST_INSERT_ID()",
          "1 SELECT max(id) FROM other_ids",
          "0 SELECT LAST_INSERT_ID()",
          "1 BEGIN",
          "1 DELETE FROM nowhere",
          "1 SELECT LAST_INSERT_ID()",
          "1 SELECT max(id) FROM other_ids",
          "1 COMMIT",
          "0 SELECT LAST_INSERT_ID()");

  @MariadbAndMysql
  void anIdThatWasGivenIsNotTakenForOneThatAnotherHasGenerated(MysqlRelease release)
      throws SQLException {
    List<String> script = new ArrayList<>(IDS);
    if (release == MysqlRelease.MARIADB) {
      script.add("1 INSERT INTO other_ids (v) VALUES (20) RETURNING v");
      script.add("0 SELECT LAST_INSERT_ID()");
      script.add("1 SELECT LAST_INSERT_ID()");
    }
    MysqlTarget server = MysqlTarget.of(release.shared().primary());
    try (MysqlNode node =
        MysqlNode.start(release, c -> c.vdb("pool.size", 1).source("catalog.enabled", false))) {
      assertThat(inTurn(release, node.target(), script)).isEqualTo(inTurn(release, server, script));
    }
  }

  private static List<String> inTurn(MysqlRelease release, MysqlTarget target, List<String> script)
      throws SQLException {
    release
        .shared()
        .primary()
        .executeIn(
            "app",
            "DROP TABLE IF EXISTS given_ids",
            "CREATE TABLE given_ids (id INT AUTO_INCREMENT PRIMARY KEY, v INT)",
            "DROP TABLE IF EXISTS other_ids",
            "CREATE TABLE other_ids (id INT AUTO_INCREMENT PRIMARY KEY, v INT UNIQUE)");
    List<String> said = new ArrayList<>();
    try (Connection one = target.jdbc("allowMultiQueries", "true");
        Connection two = target.jdbc("allowMultiQueries", "true")) {
      for (String step : script) {
        Connection client = step.startsWith("0") ? one : two;
        said.add(step + ": " + RandomClient.run(client, step.substring(2)));
      }
    }
    return said;
  }

  /** MariaDB refuses to prepare what the transaction must not do. */
  @Test
  void aWriteIsPreparedInAReadOnlyTransactionAsTheServerDoes() throws Exception {
    MysqlRelease release = MysqlRelease.MARIADB;
    release.shared().primary().executeIn("app", "CREATE TABLE IF NOT EXISTS prepared_only (v INT)");
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
      assertThat(preparedOnly(node.target()))
          .isEqualTo(preparedOnly(MysqlTarget.of(release.shared().primary())));
    }
  }

  private static List<String> preparedOnly(MysqlTarget target) throws Exception {
    List<String> said = new ArrayList<>();
    List<String> onlies =
        List.of(
            "SELECT v FROM prepared_only",
            "SELECT v FROM prepared_only LOCK IN SHARE MODE",
            "SELECT v FROM prepared_only FOR UPDATE",
            "INSERT INTO prepared_only VALUES (1)");
    try (RawMysqlClient client = RawMysqlClient.logIn(target)) {
      for (String sql : onlies) {
        client.prepare(sql);
      }
      client.query(RawMysqlClient.query("START TRANSACTION READ ONLY"));
      client.value("SELECT count(*) FROM prepared_only");
      for (String sql : onlies) {
        try {
          client.prepare(sql);
          said.add("prepared");
        } catch (RawMysqlClient.ErrorReceived e) {
          said.add(e.getMessage());
        }
        said.add(client.query(RawMysqlClient.query("SHOW WARNINGS")).toString());
        client.value("SELECT count(*) FROM prepared_only"); // nothing is left to be shown
      }
    }
    return said;
  }
}
