package dev.heimdall.engine.parse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.Dialect;
import dev.heimdall.engine.sql.ParsedStatement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words that PostgreSQL's grammar lets one leave out change nothing of what a statement does. */
class OptionalWordsTest {
  private static String parsed(String sql) {
    ParsedStatement parsed = new StatementParser().parse(sql, Dialect.POSTGRES, true);
    return "%s %s r:%s w:%s f:%s %s"
        .formatted(
            parsed.kind(),
            parsed.understood(),
            parsed.reads(),
            parsed.writes(),
            parsed.functions(),
            parsed.locking());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "LOCK TABLE t IN SHARE MODE ~ LOCK t IN SHARE MODE",
        "LOCK TABLE ONLY t ~ LOCK ONLY t",
        "TRUNCATE TABLE t ~ TRUNCATE t",
        "TRUNCATE TABLE ONLY t, u ~ TRUNCATE t, u",
        "TRUNCATE t * CASCADE ~ TRUNCATE t CASCADE",
        "FETCH FORWARD 5 IN c ~ FETCH 5 c",
        "BEGIN WORK ~ BEGIN",
        "BEGIN TRANSACTION READ ONLY ~ BEGIN READ ONLY",
        "BEGIN WORK ISOLATION LEVEL SERIALIZABLE, READ ONLY ~ BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY",
        "COMMIT WORK ~ COMMIT",
        "COMMIT TRANSACTION AND NO CHAIN ~ COMMIT AND NO CHAIN",
        "ROLLBACK WORK TO SAVEPOINT s ~ ROLLBACK TO s",
        "RELEASE SAVEPOINT s ~ RELEASE s",
        "EXPLAIN (ANALYZE) DELETE FROM t ~ EXPLAIN ANALYZE DELETE FROM t",
        "EXPLAIN (ANALYZE, VERBOSE) SELECT a FROM t ~ EXPLAIN ANALYZE VERBOSE SELECT a FROM t",
        "VACUUM (FULL, ANALYZE) t ~ VACUUM FULL ANALYZE t",
        "ANALYZE (VERBOSE) t ~ ANALYZE VERBOSE t",
        "DELETE FROM ONLY t WHERE a = 1 ~ DELETE FROM t WHERE a = 1",
        "DELETE FROM t * AS x WHERE a = 1 ~ DELETE FROM t x WHERE a = 1",
        "UPDATE ONLY t AS x SET a = 1 ~ UPDATE t x SET a = 1",
        "INSERT INTO t OVERRIDING SYSTEM VALUE VALUES (1) ~ INSERT INTO t VALUES (1)",
        "SELECT ALL a FROM ONLY t * ~ SELECT a FROM t",
        "SELECT a AS b FROM t AS x INNER JOIN u AS y ON x.i = y.i ~ SELECT a b FROM t x JOIN u y ON x.i = y.i",
        "SELECT a FROM t LEFT OUTER JOIN u USING (i) ~ SELECT a FROM t LEFT JOIN u USING (i)",
        "SELECT a FROM t UNION DISTINCT SELECT a FROM u ~ SELECT a FROM t UNION SELECT a FROM u",
        "GRANT SELECT ON TABLE t TO x GRANTED BY y ~ GRANT SELECT ON t TO x",
        "ALTER TABLE ONLY t ADD COLUMN b int ~ ALTER TABLE t ADD b int",
        "DO LANGUAGE plpgsql 'BEGIN END' ~ DO 'BEGIN END'",
      })
  void changeNothing(String with, String without) {
    assertThat(parsed(with)).isEqualTo(parsed(without));
  }
}
