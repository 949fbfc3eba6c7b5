package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.value;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
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
 * One client leaves something behind in its session, in all the ways that servers have; the next
 * one on the only server connection finds as much of it as on a connection of its own: nothing.
 */
@Tag("long")
class MysqlHiddenStateIT {
  private static final List<String> SET_UP =
      List.of(
          "DROP TABLE IF EXISTS hidden",
          "CREATE TABLE hidden (id INT AUTO_INCREMENT PRIMARY KEY, v INT)",
          "INSERT INTO hidden (v) VALUES (1), (2), (3)",
          "DROP PROCEDURE IF EXISTS hidden_trace",
          "CREATE PROCEDURE hidden_trace() SET optimizer_trace = 'enabled=on'",
          "DROP ROLE IF EXISTS hidden_role",
          "CREATE ROLE hidden_role",
          "GRANT SELECT ON app.* TO hidden_role",
          "GRANT hidden_role TO " + MysqlRelease.USER);

  /** Of MariaDB alone. */
  private static final List<String> SEQUENCES =
      List.of("DROP SEQUENCE IF EXISTS hidden_numbers", "CREATE SEQUENCE hidden_numbers");

  /**
   * @param leaves what the first client does
   * @param asks what the second one asks
   */
  private record Case(List<String> leaves, List<String> asks) {
    static Case of(String leaves, String... asks) {
      return new Case(List.of(leaves.split("; ")), List.of(asks));
    }
  }

  private static final List<Case> CASES =
      List.of(
          // Rights, and texts of statements.
          Case.of("SET ROLE hidden_role", "SELECT CURRENT_ROLE()"),
          Case.of("SET ROLE NONE", "SELECT CURRENT_ROLE()"),
          Case.of(
              "PREPARE p FROM 'SET ROLE hidden_role'; EXECUTE p; DEALLOCATE PREPARE p",
              "SELECT CURRENT_ROLE()"),
          Case.of("SET profiling = 1; SELECT 'secret'", "SHOW PROFILES", "SELECT @@profiling"),
          Case.of(
              "SET optimizer_trace = 'enabled=on'; SELECT 'secret' FROM hidden",
              "SELECT query FROM information_schema.optimizer_trace"),
          Case.of(
              "SET optimizer_trace = 'enabled=on'; SELECT 'secret' FROM hidden;"
                  + " SET optimizer_trace = 'enabled=off'",
              "SELECT query FROM information_schema.optimizer_trace"),
          Case.of(
              "CALL hidden_trace(); SELECT 'secret' FROM hidden",
              "SELECT query FROM information_schema.optimizer_trace"),
          // Ids and counts.
          Case.of("SELECT LAST_INSERT_ID(1234)", "SHOW VARIABLES LIKE 'last_insert_id'"),
          Case.of("SELECT LAST_INSERT_ID(1234)", "SHOW LOCAL VARIABLES LIKE 'identity'"),
          Case.of(
              "SET last_insert_id = 1234",
              "SELECT * FROM performance_schema.session_variables"
                  + " WHERE variable_name = 'last_insert_id'"),
          Case.of(
              "SET last_insert_id = 1234",
              "SELECT * FROM `information_schema`.`session_variables`"
                  + " WHERE variable_name = 'LAST_INSERT_ID'"),
          Case.of("SET last_insert_id = 1234", "SELECT @@identity", "SELECT LAST_INSERT_ID()"),
          Case.of("UPDATE hidden SET v = v + 1", "SELECT @@last_gtid", "SELECT ROW_COUNT()"),
          Case.of("SELECT v FROM hidden", "SELECT ROW_COUNT(), FOUND_ROWS()"),
          Case.of("SELECT SQL_CALC_FOUND_ROWS v FROM hidden LIMIT 1", "SELECT FOUND_ROWS()"),
          Case.of("SELECT NEXTVAL(hidden_numbers) > 0", "SELECT LASTVAL(hidden_numbers)"),
          Case.of(
              "SELECT NEXT VALUE FOR hidden_numbers > 0",
              "SELECT PREVIOUS VALUE FOR hidden_numbers"),
          Case.of("SET insert_id = 500; SELECT 1", "SELECT @@insert_id"),
          Case.of("SET timestamp = 1000", "SELECT NOW() < '2000-01-01'"),
          Case.of("SET rand_seed1 = 1; SET rand_seed2 = 2", "SELECT RAND() < 0.0000001"),
          // Objects that only the session has.
          Case.of("SET @hidden = 1; SELECT 1 INTO @too", "SELECT @hidden, @too"),
          Case.of("EXECUTE IMMEDIATE 'SET @hidden = 1'", "SELECT @hidden"),
          Case.of("BEGIN NOT ATOMIC SET @hidden = 1; END", "SELECT @hidden"),
          Case.of("CREATE TEMPORARY TABLE hidden_too (v INT)", "SELECT * FROM hidden_too"),
          Case.of("CREATE TEMPORARY TABLE hidden (w INT)", "SELECT COUNT(v) FROM hidden"),
          Case.of("CREATE TEMPORARY SEQUENCE hidden_too", "SELECT NEXTVAL(hidden_too)"),
          Case.of("PREPARE hidden FROM 'SELECT 1'", "EXECUTE hidden"),
          Case.of("HANDLER hidden OPEN", "HANDLER hidden READ FIRST"),
          Case.of("SELECT GET_LOCK('hidden', 0)", "SELECT IS_FREE_LOCK('hidden')"),
          Case.of("LOCK TABLES hidden READ", "UPDATE hidden SET v = 1", "SELECT 1 FROM hidden"),
          Case.of("XA START 'hidden'; UPDATE hidden SET v = 99", "SELECT MAX(v) < 99 FROM hidden"),
          Case.of("XA START 'hidden'; XA END 'hidden'", "XA START 'hidden'", "XA END 'hidden'"),
          Case.of("BEGIN; SAVEPOINT hidden", "ROLLBACK TO hidden"),
          // Characteristics of transactions, variables, the default database.
          Case.of("SET TRANSACTION READ ONLY", "UPDATE hidden SET v = 1"),
          Case.of("SET SESSION TRANSACTION READ ONLY", "SELECT @@transaction_read_only"),
          Case.of("SET @@transaction_isolation = 'SERIALIZABLE'", "SELECT @@transaction_isolation"),
          Case.of("SET completion_type = 1; BEGIN; COMMIT", "SELECT @@completion_type", "ROLLBACK"),
          Case.of(
              "SET STATEMENT sort_buffer_size = 200000 FOR SELECT 1",
              "SELECT @@sort_buffer_size > 200000"),
          Case.of(
              "SELECT /*+ SET_VAR(sort_buffer_size = 200000) */ 1",
              "SELECT @@sort_buffer_size > 200000"),
          Case.of("SET sql_auto_is_null = 1", "SELECT @@sql_auto_is_null"),
          Case.of("SET SESSION debug = 'd:t'", "SELECT 1"),
          Case.of("SET RESOURCE GROUP USR_default", "SELECT 1"),
          Case.of("SET gtid_next = 'AUTOMATIC'", "SELECT @@gtid_next"),
          Case.of("USE information_schema", "SELECT DATABASE()"),
          Case.of("EXECUTE IMMEDIATE 'USE information_schema'", "SELECT DATABASE()"),
          // What the last statement has left.
          Case.of("SELECT 1/0, CAST('a' AS SIGNED)", "SHOW WARNINGS", "SELECT @@warning_count"),
          Case.of("SELECT * FROM nowhere", "SHOW ERRORS", "SHOW COUNT(*) ERRORS"),
          Case.of("SIGNAL SQLSTATE '01000'", "GET DIAGNOSTICS @n = NUMBER", "SELECT @n"));

  /**
   * @param watcher where the ends of connections to the server itself are awaited; null for a node
   */
  private static List<String> play(MysqlTarget target, Case of, Connection watcher)
      throws SQLException {
    List<String> said = new ArrayList<>();
    for (List<String> texts : List.of(of.leaves(), of.asks())) {
      String id;
      try (Connection client = target.jdbc()) {
        id = value(client, "SELECT CONNECTION_ID()");
        for (String sql : texts) {
          said.add(RandomClient.run(client, sql));
        }
      }
      if (watcher != null) {
        String there = "SELECT COUNT(*) FROM information_schema.processlist WHERE id = " + id;
        Await.until("connection " + id + " is gone", () -> value(watcher, there).equals("0"));
      }
    }
    return said;
  }

  @MariadbAndMysql
  void nothingOfASessionIsLeftForTheNext(MysqlRelease release) throws SQLException {
    MysqlServer server = release.shared().primary();
    server.executeIn("app", SET_UP.toArray(String[]::new));
    if (release == MysqlRelease.MARIADB) {
      server.executeIn("app", SEQUENCES.toArray(String[]::new));
    }
    SoftAssertions all = new SoftAssertions();
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        Connection watcher = MysqlTarget.of(server).jdbc()) {
      for (Case each : CASES) {
        List<String> direct = play(MysqlTarget.of(server), each, watcher);
        all.assertThat(play(node.target(), each, null)).isEqualTo(direct);
      }
    }
    all.assertAll();
  }
}
