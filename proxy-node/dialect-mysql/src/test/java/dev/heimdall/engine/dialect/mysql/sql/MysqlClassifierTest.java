package dev.heimdall.engine.dialect.mysql.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What MySQL's and MariaDB's statements are and do, feature by feature. */
class MysqlClassifierTest {
  private final MysqlClassifier classifier = new MysqlClassifier();

  private StatementFacts facts(String sql, LexerMode mode) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    byte[] framed = new byte[text.length + 4];
    System.arraycopy(text, 0, framed, 2, text.length);
    framed[text.length + 2] = '@';
    return classifier.classify(framed, 2, text.length, mode);
  }

  private String said(String sql) {
    return said(sql, MysqlSql.USUAL_MODE);
  }

  private String said(String sql, LexerMode mode) {
    StatementFacts facts = facts(sql, mode);
    String flags =
        (facts.transactionControlInside() ? " +control" : "") + (facts.chain() ? " +open" : "");
    String effects =
        facts.effects().stream()
            .filter(effect -> !effect.is(MysqlEffect.RUNS_NO_CODE))
            .map(MysqlClassifierTest::spelled)
            .collect(Collectors.joining(", "));
    return (facts.kind() + flags + (effects.isEmpty() ? "" : ": " + effects));
  }

  private static String spelled(Effect effect) {
    return switch (effect.type()) {
      case PIN -> "pin " + effect.pin().label();
      case UNPIN -> "unpin " + effect.pin().label();
      case MAY_UNPIN -> "may unpin " + effect.pin().label();
      case PIN_NAME -> "by name " + effect.name();
      case OBJECT -> "until the end of " + effect.name();
      case END_OBJECT -> "end of " + effect.name();
      case RENAMES_OBJECTS -> "renames";
      case SET_VARIABLE -> effect.name();
      case COMMITS -> "commits";
      case OWN -> (effect.detail() + " " + effect.name()).strip();
      default -> (effect.type() + " " + effect.name()).strip();
    };
  }

  /** Where error 1064 says that the server could not read it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "FROBNICATE t SET a = f(1) | true",
        "SELECT 'open | true",
        "CREATE PROCEDURE p() BEGIN SELECT 1; | true",
        "SELECT @a := 1 AND | true",
        "SET @a = = 1 | true",
        "CREATE TEMPORARY TABLE t (a int,,) | true",
        "SELECT GET_LOCK('a', 1 | true",
        "LOCK TABLE t REED | true",
        "PREPARE s FROM 'SELEC 1' | true",
        "SELECT 1 | false",
        "EXECUTE s | false",
        "SET STATEMENT a = 1 FOR EXECUTE s | false",
        "SELECT @a := 1, f() | false",
        "SELECT @a := b FROM c | false",
        "SET @a = (SELECT b FROM c) | false",
        "TABLE c INTO @a | false",
        "DO (SELECT @a := 1 FROM (TABLE c) AS d) | false",
        "CREATE TEMPORARY TABLE t TABLE c | false",
        "INSERT INTO t VALUES (@a := 1) | false",
        "CALL p(@a) | false",
        "SELECT 1; FROBNICATE t | false",
        "SELECT 1; SELECT 'open | false",
        "/*!99999 FROBNICATE */ SELECT @a := f() | false",
        "/*!99999 FROBNICATE */ SELECT 'open | false",
        "SET PASSWORD = f(1) | false",
      })
  void whatRunsNoCodeOfTheUsers(String sql, boolean none) {
    assertThat(facts(sql, MysqlSql.USUAL_MODE).has(MysqlEffect.RUNS_NO_CODE)).isEqualTo(none);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "SELECT 1 | SELECT",
        "select a from t where b = 'x;y' -- ; SET @a = 1 | SELECT",
        "(SELECT 1) UNION (SELECT 2) | SELECT",
        "VALUES ROW(1, 2), ROW(3, 4) | SELECT",
        "TABLE t | SELECT",
        "WITH a AS (SELECT 1) SELECT * FROM a | SELECT",
        "WITH a AS (SELECT 1) UPDATE t SET b = 1 | DML: FINDS_UNTOLD",
        "WITH a AS (SELECT 1) DELETE FROM t | DML: FINDS_UNTOLD",
        "SELECT a FROM t FOR UPDATE | SELECT",
        "SELECT a FROM t LOCK IN SHARE MODE | SELECT",
        "SELECT a INTO OUTFILE '/tmp/x' FROM t | UTILITY: FINDS_UNTOLD",
        "SELECT a FROM t INTO DUMPFILE '/tmp/x' | UTILITY: FINDS_UNTOLD",
        "SELECT a FROM t LIMIT 1 INTO @x | SELECT: pin user variable",
        "SELECT /*+ SET_VAR(sort_buffer_size = 16M) */ a FROM t | SELECT",
        "INSERT INTO t (a, b) VALUES (1, now()) | DML",
        "INSERT t(a) VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a) | DML",
        "REPLACE INTO d.t (a) SELECT coalesce(b, 1) FROM u | DML: FINDS_ALWAYS, FINDS_UNTOLD",
        "INSERT INTO t SELECT f(1) FROM u | DML: FINDS_ALWAYS, CALLS_UNSEEN f, FINDS_UNTOLD",
        "INSERT t WITH a AS (SELECT 1) SELECT f(1) | DML: FINDS_ALWAYS, CALLS_UNSEEN f,"
            + " FINDS_UNTOLD",
        "INSERT INTO t (a) (SELECT 1) | DML: FINDS_ALWAYS, FINDS_UNTOLD",
        "INSERT INTO t VALUES (1, (SELECT 2)) | DML: FINDS_UNTOLD",
        "INSERT INTO t VALUE ((SELECT 2)) | DML: FINDS_UNTOLD",
        "INSERT INTO t (a, value) VALUES ((SELECT 2), 3) | DML: FINDS_UNTOLD",
        "INSERT INTO t SET a = (SELECT 2) | DML: FINDS_UNTOLD",
        "INSERT INTO t SET a = concat('x', 'y') | DML",
        "INSERT INTO t VALUES (f(1)) | DML: CALLS_UNSEEN f",
        "UPDATE t SET a = 1, b = 2 WHERE c = 3 ORDER BY d, e LIMIT 4 | DML",
        "UPDATE LOW_PRIORITY IGNORE d.t AS u SET u.a = 1 | DML",
        "UPDATE t, u SET t.a = u.b WHERE t.id = u.id | DML: FINDS_UNTOLD",
        "UPDATE t LEFT JOIN u USING (id) SET t.a = u.b | DML: FINDS_UNTOLD",
        "UPDATE (t STRAIGHT_JOIN u) SET t.a = u.b | DML: FINDS_UNTOLD",
        "DELETE FROM t WHERE a IN (1, 2) ORDER BY b, c LIMIT 3 | DML",
        "DELETE LOW_PRIORITY QUICK IGNORE FROM d.t | DML",
        "DELETE t FROM t JOIN u USING (id) | DML: FINDS_UNTOLD",
        "DELETE t.* FROM t WHERE id = 1 | DML: FINDS_UNTOLD",
        "DELETE FROM t USING t JOIN u ON t.id = u.id | DML: FINDS_UNTOLD",
        "DELETE FROM t RETURNING id | DML: SETS_LAST_INSERT_ID",
        "DO sleep(1) | UTILITY",
        "CALL p(1) | CALL: commits, renames, CALLS_UNSEEN p",
        "CALL d.p(@out) | CALL: commits, renames, CALLS_UNSEEN d, pin user variable",
        "LOAD DATA INFILE 'x' INTO TABLE t (a, b) | BULK",
        "LOAD DATA LOCAL INFILE 'x' INTO TABLE t (a, @b) SET c = @b | BULK: LOADS_LOCAL_FILE, pin"
            + " user variable",
        "LOAD XML LOCAL INFILE 'x' INTO TABLE t | BULK: LOADS_LOCAL_FILE",
        "EXPLAIN SELECT f(1) FROM t | EXPLAIN: CALLS_UNSEEN f",
        "DESCRIBE t | EXPLAIN",
        "ANALYZE FORMAT=JSON SELECT 1 | EXPLAIN",
        "ANALYZE UPDATE t SET a = 1 | DML",
        "SHOW TABLES | SHOW",
        "SHOW GRANTS FOR 'a'@'%' | SHOW",
        "HELP 'x' | SHOW",
        "SIGNAL SQLSTATE '45000' | SESSION",
        "CHECKSUM TABLE t | UTILITY",
        "' ' | UNKNOWN: pin unknown statement",
        "-- nothing | EMPTY",
        "; ; | EMPTY",
        "FROBNICATE t | UNKNOWN: pin unknown statement",
        "SELECT 'open | UNKNOWN: pin unknown statement",
      })
  void kinds(String sql, String expected) {
    assertThat(said(sql)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "BEGIN | BEGIN",
        "begin work | BEGIN",
        "START TRANSACTION | BEGIN",
        "START TRANSACTION READ ONLY | BEGIN",
        "START TRANSACTION READ WRITE, WITH CONSISTENT SNAPSHOT | BEGIN: TAKES_SNAPSHOT",
        "START TRANSACTION READ | UNKNOWN: pin unknown statement",
        "BEGIN NOT ATOMIC SET @a = 1; COMMIT; END | BLOCK: pin unknown statement, commits, pin user"
            + " variable",
        "COMMIT | COMMIT",
        "COMMIT WORK AND CHAIN | COMMIT +open",
        "COMMIT AND NO CHAIN NO RELEASE | COMMIT",
        "ROLLBACK | ROLLBACK",
        "ROLLBACK AND CHAIN | ROLLBACK +open",
        "ROLLBACK RELEASE | ROLLBACK: ENDS_CONNECTION, pin unknown statement",
        "ROLLBACK TO SAVEPOINT s | SAVEPOINT",
        "ROLLBACK WORK TO s | SAVEPOINT",
        "SAVEPOINT s | SAVEPOINT",
        "RELEASE SAVEPOINT s | SAVEPOINT",
        "COMMIT NOW | UNKNOWN: pin unknown statement",
        "XA START 'x' | UTILITY: pin XA transaction, commits",
        "XA COMMIT 'x' | UTILITY: unpin XA transaction, commits",
        "XA RECOVER | SHOW",
        "SELECT 1; SELECT 2 | MULTI",
        "SELECT 1; UPDATE t SET a = 1 | MULTI +control",
        "BEGIN; SELECT 1 | MULTI +control +open",
        "BEGIN; COMMIT | MULTI +control",
        "BEGIN; COMMIT AND CHAIN | MULTI +control +open",
      })
  void transactions(String sql, String expected) {
    assertThat(said(sql)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "SET `no variable` = 1 | SET",
        "SET `database()` = 'a', sql_mode = '' | SET: sql_mode",
        "SET a = 1 | SET: a",
        "SET SQL_MODE = 'ANSI', SESSION x = 2, @@y = 3, @@session.z = 4, @@LOCAL.`w` := 5"
            + " | SET: sql_mode, x, y, z, w",
        "SET @a = 1 | SET: pin user variable",
        "SET @`a b` = 1, @'c' := 2, x = @d | SET: pin user variable, x, pin user variable",
        "SET GLOBAL a = 1 | UTILITY: SESSION_DEFAULTS",
        "SET GLOBAL a = 1, b = 2, SESSION c = 3 | UTILITY: SESSION_DEFAULTS, b, c",
        "SET log_slow_query = 1, @@slow_query_log = 0 | SET: slow_query_log, slow_query_log",
        "SET max_insert_delayed_threads = 0 | SET: max_delayed_threads",
        "SET PERSIST a = 1, @@PERSIST_ONLY.b = 2 | UTILITY: SESSION_DEFAULTS",
        "SET a = (SELECT max(b) FROM t), c = 1 | SET: a, c, FINDS_UNTOLD",
        "SET autocommit = 0 | SET: autocommit",
        "SET @@autocommit = off, a = 1 | SET: autocommit, a",
        "SET autocommit = 1 | SET: autocommit, commits",
        "SET autocommit = 0 + 1 | SET: autocommit, commits",
        "SET NAMES utf8mb4 COLLATE utf8mb4_bin, a = 1 | SET: character_set_client,"
            + " character_set_connection, character_set_results, collation_connection, a, (names)",
        "SET NAMES latin1, collation_connection = latin1_bin | SET: character_set_client,"
            + " character_set_connection, character_set_results, collation_connection,"
            + " collation_connection, character_set_connection",
        "SET NAMES latin1, character_set_results = NULL | SET: character_set_client,"
            + " character_set_connection, character_set_results, collation_connection,"
            + " character_set_results, (names)",
        "SET CHARACTER SET latin1 | SET: character_set_client, character_set_connection,"
            + " character_set_results, collation_connection",
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY | SET: pin next transaction",
        "SET SESSION TRANSACTION READ ONLY | SET",
        "SET GLOBAL TRANSACTION READ ONLY | UTILITY: SESSION_DEFAULTS",
        "SET @@transaction_isolation = 'SERIALIZABLE' | SET: pin next transaction",
        "SET transaction_isolation = 'SERIALIZABLE' | SET",
        "SET @@session.tx_read_only = 1, storage_engine = x | SET: default_storage_engine",
        "SET timestamp = 1 | SET: pin variable of one connection",
        "SET insert_id = 1, rand_seed1 = 2 | SET: pin variable of one connection",
        "SET identity = 7 | SET: SETS_LAST_INSERT_ID",
        "SET @@session.session_track_schema := f(1, 2), sql_mode = ''"
            + " | SET: CALLS_UNSEEN f, SETS_TRACKING session_track_schema, sql_mode",
        "SET GLOBAL session_track_schema = 1 | UTILITY: SESSION_DEFAULTS",
        "SET session_track_transaction_info = 'STATE' | SET: pin variable of one connection",
        "SET session_track_transaction_info = OFF, sql_mode = '' | SET: sql_mode",
        "SET ROLE admin | SESSION: pin role",
        "SET PASSWORD FOR 'a'@'b' = 'x' | DDL: commits",
        "SET DEFAULT ROLE ALL TO a@b | DDL: commits",
        "SET RESOURCE GROUP g | SESSION: pin resource group",
        "SET STATEMENT max_statement_time = 1, a = (SELECT 2 FOR UPDATE) FOR SELECT @a"
            + " | SELECT: max_statement_time, a, pin user variable",
        "SET STATEMENT a = 1 FOR COMMIT | UNKNOWN: a, pin unknown statement",
        "SET a | SET: a",
        "SET 1 = 2 | UNKNOWN: pin unknown statement",
      })
  void settings(String sql, String expected) {
    assertThat(said(sql)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "SELECT @a := @a + 1 FROM t | SELECT: pin user variable",
        "SELECT@a | SELECT: pin user variable",
        "SELECT @@max_connections, @@session.sql_mode | SELECT",
        "SELECT @@identity | SELECT: READS_LAST_INSERT_ID",
        "SET @@session.identity = 4 | SET: READS_LAST_INSERT_ID, SETS_LAST_INSERT_ID",
        "SELECT @@warning_count | SELECT: READS_DIAGNOSTICS",
        "SELECT last_insert_id() | SELECT: READS_LAST_INSERT_ID",
        "UPDATE t SET a = LAST_INSERT_ID(a + 1) | DML: READS_LAST_INSERT_ID, SETS_LAST_INSERT_ID",
        "SELECT SQL_CALC_FOUND_ROWS a FROM t LIMIT 1 | SELECT: COUNTS_FOUND_ROWS",
        "SELECT FOUND_ROWS(), ROW_COUNT() | SELECT: READS_FOUND_ROWS, READS_ROW_COUNT",
        "SELECT `row_count`() | SELECT: READS_ROW_COUNT",
        "SELECT row_count FROM t | SELECT",
        "SELECT connection_id() | SELECT: READS_CONNECTION_ID",
        "SELECT GET_LOCK('a', 1) | SELECT: pin named lock, by name a, may unpin named lock",
        "SELECT GET_LOCK('a', 1), GET_LOCK(b, 1) | SELECT: pin named lock, by name a,"
            + " may unpin named lock, pin named lock",
        "SELECT GET_LOCK('a' 'b', 1) | SELECT: pin named lock",
        "SELECT GET_LOCK('ä', 1) | SELECT: pin named lock",
        "SELECT GET_LOCK(_latin1'a', 1) | SELECT: pin named lock",
        "SELECT GET_LOCK(?, 1) | SELECT: pin named lock",
        "SELECT `get_lock` (a, 1) | SELECT: pin named lock",
        "SELECT RELEASE_LOCK('a') | SELECT: may unpin named lock",
        "SELECT RELEASE_ALL_LOCKS() | SELECT: may unpin named lock, RELEASES_NAMED_LOCKS",
        "DO RELEASE_ALL_LOCKS() | UTILITY: may unpin named lock",
        "SELECT RELEASE_ALL_LOCKS(), 1 | SELECT: may unpin named lock",
        "SELECT nextval(s) | SELECT: pin sequence value",
        "SELECT NEXT VALUE FOR s | SELECT: pin sequence value",
        "SELECT s.nextval | SELECT: pin sequence value",
        "SELECT a FROM t WHERE DEFAULT(a) > 0 | SELECT: pin sequence value",
        "INSERT INTO t (a) VALUES (DEFAULT) | DML",
        "SELECT lastval(s) | SELECT: LAST_VALUE, pin sequence value",
        "SELECT PREVIOUS VALUE FOR s | SELECT: LAST_VALUE, pin sequence value",
        "SHOW LOCAL VARIABLES LIKE 'a' | SHOW: READS_LAST_INSERT_ID",
        "SELECT a FROM `performance_schema`.`Session_Variables` | SELECT: READS_LAST_INSERT_ID",
        "SELECT a FROM information_schema.system_variables | SELECT: READS_LAST_INSERT_ID",
        "SELECT @@Last_GTID | SELECT: READS_LAST_GTID",
        "SELECT f(1), d.g(2), `h`(3) | SELECT: CALLS_UNSEEN f, CALLS_UNSEEN g, CALLS_UNSEEN h",
        "SHOW WARNINGS LIMIT 1 | SHOW: READS_DIAGNOSTICS",
        "GET DIAGNOSTICS @a = ROW_COUNT | SESSION: READS_DIAGNOSTICS, pin user variable,"
            + " GETS_ROW_COUNT",
        "SHOW COUNT(*) ERRORS | SHOW: READS_DIAGNOSTICS",
        // What a statement of the text has set is not what was there before the text.
        "SELECT ROW_COUNT(), FOUND_ROWS(); SELECT ROW_COUNT(), FOUND_ROWS() | MULTI:"
            + " READS_ROW_COUNT, READS_FOUND_ROWS",
        "UPDATE t SET a = 1; SELECT ROW_COUNT(), @@last_gtid; GET DIAGNOSTICS @r = ROW_COUNT |"
            + " MULTI +control: READS_DIAGNOSTICS, pin user variable",
        "GET DIAGNOSTICS @n = NUMBER; SELECT ROW_COUNT() | MULTI +control: READS_DIAGNOSTICS,"
            + " pin user variable, READS_ROW_COUNT",
        "SET a = 1; SELECT FOUND_ROWS(), ROW_COUNT(), @@last_gtid | MULTI +control: a,"
            + " READS_FOUND_ROWS, READS_LAST_GTID",
        "SET a = f(1); SELECT FOUND_ROWS(), @@last_gtid | MULTI +control: a, CALLS_UNSEEN f,"
            + " READS_FOUND_ROWS_UNSEEN",
        "DO 1; SELECT FOUND_ROWS() | MULTI +control: READS_FOUND_ROWS_UNSEEN",
        "SELECT 1; DO 1; SELECT FOUND_ROWS() | MULTI +control",
        "COMMIT; SELECT FOUND_ROWS(), @@last_gtid | MULTI +control:" + " READS_FOUND_ROWS",
        "BEGIN NOT ATOMIC UPDATE t SET a = 1; SELECT ROW_COUNT(); END | BLOCK: pin unknown"
            + " statement, commits",
        "GET DIAGNOSTICS @n = NUMBER | SESSION: READS_DIAGNOSTICS, pin user variable",
        "KILL 17 | UTILITY: KILLS_CONNECTION 17",
        "KILL QUERY 17 | UTILITY: KILLS_QUERY 17",
        "KILL HARD CONNECTION 17 | UTILITY: KILLS_CONNECTION 17",
        "KILL CONNECTION_ID() | UTILITY: KILLS_CONNECTION, READS_CONNECTION_ID",
        "KILL QUERY ID 17 | UTILITY",
        "KILL USER a@b | UTILITY",
        "USE `a``b` | SESSION: USES_DATABASE a`b",
        "PREPARE s FROM 'SELECT 1' | SESSION: pin PREPARE",
        "EXECUTE s USING @a | UNKNOWN: pin unknown statement, pin user variable",
        "DEALLOCATE PREPARE s | SESSION",
        "HANDLER t OPEN | DECLARE: pin open handler, until the end of .t",
        "HANDLER d.t OPEN | DECLARE: pin open handler, until the end of .t",
        "HANDLER d.t OPEN AS `h` | DECLARE: pin open handler, until the end of .h",
        "HANDLER t OPEN h | DECLARE: pin open handler, until the end of .h",
        "HANDLER t OPEN `h ` | DECLARE: pin open handler",
        "HANDLER t READ FIRST | FETCH",
        "HANDLER t CLOSE | CLOSE: end of .t",
        "HANDLER `ä` CLOSE | CLOSE",
      })
  void whatIsOfTheSession(String sql, String expected) {
    assertThat(said(sql)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "CREATE TABLE t (a int, KEY k (a)) | DDL: commits",
        "CREATE TABLE t AS SELECT f(1) | DDL: commits, CALLS_UNSEEN f, FINDS_UNTOLD",
        "CREATE TEMPORARY TABLE t (a varchar(10)) | DDL: pin temporary table, until the end of t",
        "CREATE TEMPORARY TABLE IF NOT EXISTS `d` . `t` LIKE u | DDL: pin temporary table,"
            + " until the end of d.t",
        "CREATE TEMPORARY TABLE `a.b` (a int) | DDL: pin temporary table",
        "CREATE TEMPORARY TABLE d.`a b` (a int) | DDL: pin temporary table",
        "CREATE OR REPLACE TEMPORARY TABLE t SELECT 1 | DDL: pin temporary table,"
            + " until the end of t, FINDS_UNTOLD",
        "CREATE TEMPORARY SEQUENCE s | DDL: pin temporary table, commits",
        "DROP TEMPORARY TABLE t | SESSION: end of t",
        "DROP TEMPORARY TABLE IF EXISTS t, d.u, `v w`, x RESTRICT | SESSION: end of t, end of d.u,"
            + " end of x",
        "DROP TEMPORARY SEQUENCE t | SESSION",
        "DROP TABLE t | DDL: end of t, commits",
        "DROP TABLES a, b | DDL: end of a, end of b, commits",
        "DROP VIEW t | DDL: commits",
        "ALTER TABLE t ADD b decimal(3, 1) | DDL: renames, commits",
        "ALTER TABLE t ADD b int DEFAULT (1 + 2) | DDL: renames, commits",
        "CREATE UNIQUE INDEX i ON t (a) | DDL: commits",
        "CREATE DEFINER = `u`@`%` VIEW v AS SELECT 1 | DDL: commits, FINDS_UNTOLD",
        "CREATE DEFINER=u@localhost PROCEDURE p() BEGIN SET @a = 1; IF a THEN CALL q(@b); END IF;"
            + " END | DDL: commits",
        "CREATE FUNCTION f() RETURNS int RETURN @a | DDL: commits",
        "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.a = get_lock('x', 1) | DDL:"
            + " commits",
        "CREATE PROCEDURE p() BEGIN CASE 1 WHEN 1 THEN SELECT CASE 2 WHEN 2 THEN 3 END; END CASE;"
            + " END; SET @a = 1 | MULTI +control: commits, pin user variable",
        "CREATE PROCEDURE p() SELECT 1; SET @a = 1 | MULTI +control: commits, pin user variable",
        "CREATE PROCEDURE p() BEGIN SELECT 1; | UNKNOWN: pin unknown statement",
        "TRUNCATE t | DDL: commits",
        "RENAME TABLE a TO b | DDL: renames, commits",
        "GRANT SELECT (a) ON t TO 'u'@'%' | DDL: commits, FINDS_UNTOLD",
        "CREATE USER u@localhost IDENTIFIED BY 'x' | DDL: commits",
        "LOCK TABLES t READ | LOCK: pin locked tables, commits",
        "UNLOCK TABLES | LOCK: unpin locked tables, commits",
        "LOCK INSTANCE FOR BACKUP | LOCK: pin backup lock, commits",
        "FLUSH TABLES WITH READ LOCK | UTILITY: pin locked tables, commits",
        "FLUSH TABLES t FOR EXPORT | UTILITY: pin locked tables, commits",
        "FLUSH PRIVILEGES | UTILITY: commits",
        "SET @@collation_server = latin1_bin | SET: collation_server, character_set_server",
        "ALTER DATABASE app CHARACTER SET latin1 | DDL: pin defaults of a database,"
            + " SESSION_DEFAULTS, commits",
        "ALTER SCHEMA READ ONLY = 1 | DDL: pin defaults of a database, SESSION_DEFAULTS, commits",
        "ALTER TABLE t DEFAULT CHARACTER SET latin1 | DDL: renames, commits",
        "FLUSH STATUS | UTILITY: pin session status, commits",
        "FLUSH LOCAL HOSTS, STATUS | UTILITY: pin session status, commits",
        "FLUSH USER_RESOURCES | UTILITY: commits",
        "ANALYZE LOCAL TABLE t | UTILITY: commits",
        "ANALYZE TABLE t UPDATE HISTOGRAM ON a | UTILITY: commits",
        "OPTIMIZE TABLE t | UTILITY: commits",
        "LOAD INDEX INTO CACHE t | UTILITY: commits",
        "CACHE INDEX t IN k | UTILITY: commits",
        "START REPLICA | UTILITY: commits",
        "CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'a' | UTILITY: commits",
        "BINLOG 'x' | UTILITY: pin binary log events, commits",
      })
  void whatCommits(String sql, String expected) {
    assertThat(said(sql)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "/*!40101 SET NAMES utf8 */ | SET: character_set_client, character_set_connection,"
            + " character_set_results, collation_connection, (names)",
        "SELECT 1 /*! , @a := 2 */ | SELECT: pin user variable",
        "SELECT 1 /*!80000 + 1 */ | UNKNOWN: pin unknown statement",
        "/*M!100100 SELECT 1 */ | UNKNOWN: pin unknown statement",
        "SELECT 1 /* @a */ # @b | SELECT",
        "SELECT 1 /*! + 2 | UNKNOWN: pin unknown statement",
        "SELECT 1 --1, @a | SELECT: pin user variable",
        "SELECT 'it\\'s @a' | SELECT",
        "SELECT ~\"@a\", `@b`, N'@c', _utf8mb4'@d', x'40', b'1'~ | SELECT",
      })
  void commentsAndLiterals(String sql, String expected) {
    assertThat(said(sql.startsWith("SELECT ~") ? sql.replace("~", "") : sql)).isEqualTo(expected);
  }

  @Test
  void theSessionSaysHowTextsAreCut() {
    String sql = "SELECT '\\', @a, '";
    assertThat(said(sql, MysqlSql.USUAL_MODE)).startsWith("SELECT");
    assertThat(facts(sql, MysqlSql.USUAL_MODE).effects()).isEmpty();
    assertThat(said("SELECT '\\', @a", new LexerMode(false, false, false)))
        .isEqualTo("SELECT: pin user variable");
    assertThat(said("SELECT \"a\\\", @a", new LexerMode(true, true, false)))
        .isEqualTo("SELECT: pin user variable");
    assertThat(said("SELECT \"get_lock\"('a', 1)", new LexerMode(true, true, false)))
        .isEqualTo("SELECT: pin named lock, by name a, may unpin named lock");
    assertThat(said("SELECT 'ä'", new LexerMode(true, false, true)))
        .isEqualTo("UNKNOWN: pin unknown statement");
    assertThat(said("SELECT 'a'", new LexerMode(true, false, true))).isEqualTo("SELECT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"CREATE PROCEDURE p() BEGIN", "SELECT '", "/*! SELECT 1"})
  void anUnfinishedTextSpoilsNoOther(String unfinished) {
    facts(unfinished, MysqlSql.USUAL_MODE);

    assertThat(said("SELECT 1")).isEqualTo("SELECT");
  }

  @Test
  void placesAreOfTheText() {
    Effect kill = facts("KILL QUERY 17", MysqlSql.USUAL_MODE).effects().get(0);

    assertThat(kill.start()).isEqualTo(11);
    assertThat(kill.end()).isEqualTo(13);
    assertThat(classifier.dependsOnLiterals()).isTrue();
    String sql = "SELECT 1, `row_count` ( ) AS n, Found_Rows()";
    assertThat(facts(sql, MysqlSql.USUAL_MODE).effects())
        .extracting(effect -> sql.substring(effect.start(), effect.end()))
        .containsExactly("`row_count` ( )", "Found_Rows()");
  }

  @Test
  void whatOneTextBeginsIsNotOfTheNext() {
    assertThat(said("commit and chain")).isEqualTo("COMMIT +open");
    assertThat(said("")).isEqualTo("EMPTY");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "UPDATE t SET a = 1 | NOT",
        "CREATE TABLE t (a int) | ITSELF",
        "CALL p() | BY_CODE",
        "BEGIN NOT ATOMIC CREATE TABLE t (a int); END | BY_CODE",
        "INSERT INTO t VALUES (1); SELECT last_insert_id() | NOT",
        "START TRANSACTION; UPDATE t SET a = 1; DELETE FROM u; COMMIT | NOT",
        "SET @a = ';CREATE TABLE t (a int)'; DELETE FROM u | NOT",
        "INSERT INTO t VALUES (1); TRUNCATE u | ITSELF",
        "DROP TABLE t; SELECT 1 | ITSELF",
        "INSERT INTO t VALUES (1); CALL p() | BY_CODE",
        "SELECT 1; BEGIN NOT ATOMIC CREATE TABLE t (a int); END | BY_CODE",
        "IF 1 THEN CREATE TABLE t (a int); END IF | ITSELF",
        "SELECT 1; WHATEVER | ITSELF",
        "PREPARE s FROM 'DROP TABLE t'; EXECUTE s | ITSELF",
        "SELECT 1; UPDATE t SET a = 1 /*M! ; DROP TABLE t */ | ITSELF"
      })
  void redefinesWhatItsStatementsDo(String sql, String what) {
    assertThat(facts(sql, MysqlSql.USUAL_MODE).redefining()).hasToString(what);
  }
}
