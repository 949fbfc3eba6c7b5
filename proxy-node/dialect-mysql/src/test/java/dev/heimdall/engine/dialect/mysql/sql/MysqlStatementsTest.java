package dev.heimdall.engine.dialect.mysql.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.ReadSql;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.TableName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What statements of MySQL and MariaDB read, write and call. */
class MysqlStatementsTest {
  private static String parsed(String sql) {
    return ReadSql.parsed(MysqlSql.DIALECT, sql);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "SELECT * FROM t FOR SYSTEM_TIME ALL, u ~ READ r:t,u",
        "SELECT * FROM t FOR SYSTEM_TIME AS OF NOW() - INTERVAL 1 DAY AS x JOIN u ~ READ r:t,u f:now",
        "SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01' x ~ READ r:t",
        "SELECT * FROM t FOR SYSTEM_TIME AS OF TRANSACTION 7 ~ READ r:t",
        "SELECT * FROM t FOR SYSTEM_TIME BETWEEN '1' AND (SELECT a FROM u) x ~ READ r:t,u",
        "SELECT * FROM t FOR SYSTEM_TIME FROM ? TO f(1), v ~ READ r:t,v f:f",
        "SELECT * FROM t FOR SYSTEM_TIME OF 1 ~ UNKNOWN ? r:t",
        "SELECT 1 FROM dual ~ READ",
        "SELECT a FROM t PARTITION (p0, p1) AS x, d.u USE INDEX (i), v IGNORE KEY FOR JOIN (k) ~ READ r:t,d.u,v",
        "SELECT STRAIGHT_JOIN * FROM t STRAIGHT_JOIN u ON t.a = u.a ~ READ r:t,u",
        "SELECT * FROM (t, u) LEFT JOIN v ON 1 ~ READ r:t,u,v",
        "SELECT * FROM (SELECT a FROM t) AS x, LATERAL (SELECT x.a FROM u) y ~ READ r:t,u",
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT * FROM c, t ~ READ r:t",
        "SELECT @a := b FROM t ~ READ r:t",
        "SELECT COUNT(*), `Max`(a), d.Mine(b) FROM t ~ READ r:t f:count,max,d.mine",
        "SELECT a FROM t FOR UPDATE SKIP LOCKED ~ READ r:t locking",
        "SELECT a FROM t LOCK IN SHARE MODE ~ READ r:t locking",
        "SELECT a DIV (b), c REGEXP (d), default(e) FROM t ~ READ r:t",
        "SELECT convert(a USING utf8mb4), cast(b AS char(3)) FROM t ~ READ r:t f:convert",
        "SELECT group_concat(a ORDER BY b SEPARATOR '/') FROM t GROUP BY c WITH ROLLUP ~ READ r:t f:group_concat",
        "SELECT a FROM t WHERE match(b) against ('x' IN BOOLEAN MODE) ~ READ r:t f:match,against",
        "SELECT j.a FROM t, json_table(t.d, '$[*]' COLUMNS (a int PATH '$.a')) AS j ~ READ r:t f:json_table",
        "TABLE t ORDER BY a LIMIT 1 ~ READ r:t",
        "VALUES ROW(1, 2), ROW(3, 4) ~ READ",
        "SELECT 1 UNION DISTINCT SELECT a FROM t EXCEPT SELECT b FROM u ~ READ r:t,u",
        "INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a) + f(2) ~ WRITE w:t f:f",
        "INSERT IGNORE t SELECT * FROM u ~ WRITE r:u w:t",
        "INSERT INTO t SET a = (SELECT max(b) FROM u) ~ WRITE r:u w:t f:max",
        "INSERT INTO t TABLE u ~ WRITE r:u w:t",
        "REPLACE LOW_PRIORITY INTO t VALUES (1) RETURNING a ~ WRITE w:t",
        "UPDATE t JOIN u USING (id) SET t.a = u.a WHERE u.b IN (SELECT c FROM v) ~ WRITE r:v w:t,u",
        "UPDATE t, (SELECT a FROM u) x SET t.a = x.a ~ WRITE r:u w:t",
        "DELETE FROM t WHERE a = 1 ORDER BY b LIMIT 1 ~ WRITE w:t",
        "DELETE t, u.* FROM t JOIN u ON t.a = u.a WHERE EXISTS (SELECT 1 FROM v) ~ WRITE r:v w:t,u",
        "DELETE FROM x, y USING t AS x JOIN u AS y ON x.a = y.a ~ WRITE w:t,u",
        "WITH c AS (SELECT a FROM u) DELETE FROM t WHERE a IN (SELECT a FROM c) ~ WRITE r:u w:t",
        "TRUNCATE TABLE d.t ~ WRITE w:d.t",
        "DROP TABLE IF EXISTS t, u ~ DDL w:t,u",
        "DROP VIEW v ~ DDL w:v",
        "RENAME TABLE t TO u, v TO w ~ DDL w:t,u,v,w",
        "LOCK TABLES t READ, u AS x WRITE ~ LOCK w:t,u locking",
        "UNLOCK TABLES ~ LOCK",
        "ANALYZE LOCAL TABLE t, u ~ UTILITY w:t,u",
        "OPTIMIZE TABLE t ~ UTILITY w:t",
        "ANALYZE FORMAT=JSON UPDATE t SET a = 1 ~ WRITE w:t",
        "EXPLAIN SELECT * FROM t ~ READ r:t",
        "DESCRIBE t a ~ READ",
        "DO sleep(1), f(2) ~ READ f:sleep,f",
        "CALL d.p(1, f(2)) ~ CALL f:d.p,f",
        "BEGIN ~ TRANSACTION",
        "START TRANSACTION READ ONLY ~ TRANSACTION",
        "SAVEPOINT s ~ TRANSACTION",
        "SET a = 1, @b = 'x' ~ SESSION",
        "SET NAMES utf8mb4 ~ SESSION",
        "SET STATEMENT a = 1 FOR SELECT * FROM t ~ READ r:t",
        "SET @a = (SELECT max(b) FROM t) + f(1) ~ SESSION r:t f:max,f",
        "SHOW TABLES FROM d ~ SESSION",
        "SHOW COUNT(*) WARNINGS ~ SESSION",
        "USE d ~ SESSION",
      })
  void whatIsUnderstood(String sql, String expected) {
    assertThat(parsed(sql)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "SELECT NEXT VALUE FOR s ~ UNKNOWN",
        "SELECT s.nextval FROM t ~ UNKNOWN",
        "SELECT a INTO OUTFILE 'x' FROM t ~ UNKNOWN",
        "SELECT a FROM t INTO @x ~ UNKNOWN",
        "SELECT * FROM { OJ t LEFT OUTER JOIN u ON 1 } ~ UNKNOWN",
        "SELECT d.s.nextval ~ UNKNOWN",
        "SET PASSWORD = 'x' ~ DDL",
        "BEGIN NOT ATOMIC SELECT 1; END ~ UNKNOWN",
        "CREATE TABLE t AS SELECT * FROM u ~ DDL",
        "ALTER TABLE t ADD a int ~ DDL",
        "DROP DATABASE d ~ DDL",
        "LOAD DATA INFILE 'x' INTO TABLE t ~ WRITE",
        "EXECUTE s ~ UNKNOWN",
        "XA COMMIT 'x' ~ TRANSACTION",
        "FLUSH TABLES ~ UTILITY",
        "KILL 1 ~ UTILITY",
        "SELECT 1 /*!50000 INTO x */ ~ UNKNOWN",
      })
  void whatIsNotIsOfItsKindAtLeast(String sql, String kind) {
    ParsedStatement parsed = MysqlSql.DIALECT.parse(sql, MysqlSql.USUAL_MODE);

    assertThat(parsed.understood()).isFalse();
    assertThat(parsed.kind().name()).isEqualTo(kind);
  }

  private static RoutineBody words(String sql, LexerMode lexerMode) {
    ParsedStatement parsed = MysqlSql.DIALECT.parse(sql, lexerMode);
    assertThat(parsed.understood()).isFalse();
    assertThat(parsed.runs()).hasSize(1);
    return parsed.runs().get(0).body();
  }

  /** Triggers of the tables that it names decide what becomes of the session. */
  @Test
  void theWordsOfATextThatIsTooLongAreReadAsMysqlReadsThem() {
    String longest = "INSERT INTO `My Shop`.`Orders` SELECT f(1), `g` (2), @@x, \"F(\", 'it\\'s'";

    RoutineBody words = words(longest + ", a + b".repeat(5_000), MysqlSql.USUAL_MODE);

    assertThat(words.understood()).isTrue();
    assertThat(words.mentioned()).contains(new TableName(null, "My Shop", "Orders"));
    assertThat(words.calls())
        .containsExactlyInAnyOrder(
            new FunctionName(null, "f"), new FunctionName(null, "g"), FunctionName.SYSTEM_VARIABLE);
    assertThat(words.definesOrCopies()).isFalse();
  }

  @Test
  void theWordsOfATextThatBreaksOffAreNotRead() {
    assertThat(words("SELECT f(1), 'x", MysqlSql.USUAL_MODE).understood()).isFalse();
  }

  @Test
  void theWordsAreNotReadWhereCharactersMayHideQuotes() {
    LexerMode hiding = new LexerMode(true, false, true);

    assertThat(words("SELECT 1" + ", a + b".repeat(5_000), hiding).understood()).isFalse();
  }
}
