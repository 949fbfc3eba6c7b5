package dev.heimdall.test.sql.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** What the classifier claims of statements is what servers report when they run them. */
@Tag("ci")
class MysqlClaimsIT {
  /** What one of the servers does not know, it refuses: that is not judged there. */
  private static final List<String> STATEMENTS =
      List.of(
          "CREATE TABLE t (a int PRIMARY KEY AUTO_INCREMENT, b varchar(20)) ENGINE=InnoDB",
          "INSERT INTO t (b) VALUES ('x'), ('y')",
          "REPLACE INTO t VALUES (1, 'z')",
          "INSERT INTO t (a, b) VALUES (1, 'w') ON DUPLICATE KEY UPDATE b = VALUES(b)",
          "UPDATE t SET b = concat(b, '1') WHERE a = LAST_INSERT_ID(a)",
          "DELETE FROM t WHERE a = 77",
          "SELECT * FROM t WHERE b = 'it\\'s' -- @a",
          "SELECT SQL_CALC_FOUND_ROWS * FROM t LIMIT 1",
          "SELECT FOUND_ROWS(), ROW_COUNT(), LAST_INSERT_ID(), CONNECTION_ID(), @@identity",
          "WITH c AS (SELECT 1 AS n) SELECT n FROM c",
          "WITH c AS (SELECT 1 AS n) UPDATE t SET b = 'c' WHERE a IN (SELECT n FROM c)",
          "(SELECT 1) UNION (SELECT 2)",
          "VALUES ROW(1, 2)",
          "VALUES (1, 2)",
          "TABLE t",
          "SELECT a FROM t FOR UPDATE",
          "SELECT a FROM t LOCK IN SHARE MODE",
          "SELECT a FROM t FOR UPDATE NOWAIT",
          "SELECT a FROM t FOR UPDATE WAIT 1",
          "DO 1 + 1",
          "SHOW TABLES",
          "SHOW WARNINGS",
          "SHOW COUNT(*) ERRORS",
          "SHOW GRANTS FOR CURRENT_USER()",
          "EXPLAIN SELECT * FROM t",
          "DESCRIBE t",
          "ANALYZE SELECT * FROM t",
          "ANALYZE UPDATE t SET b = 'v' WHERE a = 1",
          "ANALYZE TABLE t",
          "CHECK TABLE t",
          "OPTIMIZE TABLE t",
          "REPAIR TABLE t",
          "CHECKSUM TABLE t",
          "FLUSH TABLES t",
          "FLUSH STATUS",
          "SET sql_mode = ''",
          "SET SESSION sql_mode = 'ANSI_QUOTES'",
          "SELECT \"a\" FROM t WHERE b = 'it\\'s @a'",
          "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
          "SELECT '\\', @a, '\\'",
          "SET sql_mode = DEFAULT",
          "SET @@session.sort_buffer_size = 65536",
          "SET @@session.max_delayed_threads = 0",
          "SET @@session.max_insert_delayed_threads = 20",
          "SET @@local.slow_query_log = ON",
          "SET log_slow_query = OFF",
          "SET time_zone = '+01:00', @@session.net_read_timeout = 31",
          "SET NAMES latin1",
          "SET NAMES utf8mb4",
          "SET CHARACTER SET utf8mb4",
          "SET autocommit = 0",
          "SELECT * FROM t",
          "SET autocommit = 1",
          "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
          "SET SESSION TRANSACTION READ WRITE",
          "SET transaction_isolation = 'REPEATABLE-READ'",
          "SET timestamp = 1000000000",
          "SET timestamp = DEFAULT",
          "SET last_insert_id = 5, identity = 6",
          "SET rand_seed1 = 1, rand_seed2 = 2",
          "SET STATEMENT sort_buffer_size = 70000 FOR SELECT * FROM t",
          "SET STATEMENT sort_buffer_size = 70000 FOR TRUNCATE t",
          "SELECT /*+ SET_VAR(sort_buffer_size = 70000) */ * FROM t",
          "/*!40101 SET NAMES utf8mb4 */",
          "SELECT 1 /*! + 1 */",
          "BEGIN",
          "START TRANSACTION READ ONLY",
          "START TRANSACTION WITH CONSISTENT SNAPSHOT",
          "COMMIT AND CHAIN",
          "ROLLBACK AND NO CHAIN NO RELEASE",
          "COMMIT",
          "SAVEPOINT s",
          "SELECT @a := 1",
          "SET @b = 2",
          "SELECT 1 INTO @c",
          "PREPARE p FROM 'SELECT 1'",
          "EXECUTE p",
          "DEALLOCATE PREPARE p",
          "EXECUTE IMMEDIATE 'SELECT 1'",
          "CREATE TEMPORARY TABLE tmp (a int)",
          "DROP TEMPORARY TABLE tmp",
          "CREATE TEMPORARY SEQUENCE tmp_sequence",
          "DROP TEMPORARY SEQUENCE tmp_sequence",
          "SELECT GET_LOCK('claims', 0)",
          "SELECT RELEASE_ALL_LOCKS()",
          "HANDLER t OPEN",
          "HANDLER t CLOSE",
          "CREATE PROCEDURE p() BEGIN SET @x = 1; IF 1 THEN SELECT CASE 1 WHEN 1 THEN 2 END; END"
              + " IF; END",
          "CALL p()",
          "CREATE PROCEDURE changes() SET SESSION sort_buffer_size = 65536",
          "CALL changes()",
          "CREATE FUNCTION f() RETURNS int DETERMINISTIC NO SQL RETURN 1",
          "CREATE FUNCTION sets() RETURNS int NO SQL BEGIN SET @y = 1; RETURN 1; END",
          "SELECT f(), sets()",
          "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET @z = NEW.a",
          "INSERT INTO t (b) VALUES ('trigger')",
          "DROP TRIGGER r",
          "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO BEGIN SET @e = 1; END",
          "ALTER EVENT e COMMENT 'c'",
          "DROP EVENT e",
          "CREATE VIEW v AS SELECT * FROM t",
          "ALTER VIEW v AS SELECT a FROM t",
          "SELECT * FROM v",
          "RENAME TABLE t TO u",
          "RENAME TABLE u TO t",
          "ALTER TABLE t ADD c decimal(3, 1)",
          "CREATE INDEX i ON t (b)",
          "DROP INDEX i ON t",
          "TRUNCATE t",
          "CREATE SEQUENCE q",
          "SELECT NEXTVAL(q), NEXT VALUE FOR q",
          "SELECT LASTVAL(q), PREVIOUS VALUE FOR q",
          "DROP SEQUENCE q",
          "LOCK TABLES t WRITE",
          "UNLOCK TABLES",
          "BEGIN NOT ATOMIC SET @n = 1; END",
          "XA RECOVER",
          "CREATE DATABASE claims_other",
          "USE claims_other",
          "DROP DATABASE claims_other",
          "USE claims",
          "SELECT 1; SELECT 2",
          "SELECT 1; UPDATE t SET b = 'm'; COMMIT",
          "SET sort_buffer_size = 80000; SELECT @@sort_buffer_size",
          "CREATE USER claims_user@localhost",
          "GRANT SELECT ON claims.* TO claims_user@localhost",
          "SET PASSWORD FOR claims_user@localhost = ''",
          "DROP USER claims_user@localhost",
          "DROP TABLE t");

  @MariadbAndMysql
  void nothingHappensThatWasNotClaimed(MysqlRelease release) throws IOException {
    MysqlServer server = release.shared().primary();
    server.execute(
        "CREATE USER IF NOT EXISTS claims@'%'",
        "GRANT ALL ON *.* TO claims@'%' WITH GRANT OPTION",
        "CREATE DATABASE IF NOT EXISTS claims_probe",
        "CREATE TABLE IF NOT EXISTS claims_probe.p (a int) ENGINE=InnoDB");
    try (Claims claims = new Claims(server.port(), "claims", "claims_probe.p")) {
      claims.begin("claims");
      for (String statement : STATEMENTS) {
        claims.judge(statement);
      }
      assertThat(claims.wrong).isEmpty();
      assertThat(claims.judged).isGreaterThan(STATEMENTS.size() * 3 / 4);
    } finally {
      server.execute("DROP DATABASE IF EXISTS claims", "DROP USER claims@'%'");
    }
  }
}
