package dev.heimdall.engine.dialect.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.StatementFacts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Words that PostgreSQL's grammar lets one leave out change nothing of what a statement does to
 * data and to its session.
 */
class OptionalWordsTest {
  private static String read(String sql) {
    ParsedStatement parsed = PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD);
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    StatementFacts facts =
        new PostgresClassifier().classify(text, 0, text.length, LexerMode.STANDARD);
    return "%s %s r:%s w:%s c:%s f:%s %s, %s %s"
        .formatted(
            parsed.kind(),
            parsed.understood(),
            new TreeSet<>(parsed.reads().stream().map(Object::toString).toList()),
            new TreeSet<>(parsed.writes().stream().map(Object::toString).toList()),
            parsed.changes(),
            new TreeSet<>(parsed.functions().stream().map(Object::toString).toList()),
            parsed.locking(),
            facts.kind(),
            facts.effects().stream().map(e -> e.type() + " " + e.name()).toList());
  }

  private static void changesNothing(String with, String without) {
    assertThat(read(with)).isEqualTo(read(without));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "LOCK TABLE t IN SHARE MODE ~ LOCK t IN SHARE MODE",
        "LOCK TABLE ONLY t ~ LOCK ONLY t",
        "LOCK TABLE t * ~ LOCK t",
        "LOCK TABLE t, u IN ACCESS EXCLUSIVE MODE NOWAIT ~ LOCK t, u",
        "LOCK TABLE ONLY (t) ~ LOCK ONLY t",
        "TRUNCATE TABLE t ~ TRUNCATE t",
        "TRUNCATE TABLE ONLY t, u ~ TRUNCATE t, u",
        "TRUNCATE TABLE ONLY (t) ~ TRUNCATE t",
        "TRUNCATE t * CASCADE ~ TRUNCATE t CASCADE",
        "TRUNCATE t CONTINUE IDENTITY RESTRICT ~ TRUNCATE t",
        "TRUNCATE t RESTART IDENTITY ~ TRUNCATE t",
        "VACUUM (FULL, ANALYZE) t ~ VACUUM FULL ANALYZE t",
        "VACUUM (VERBOSE) t ~ VACUUM VERBOSE t",
        "VACUUM FULL FREEZE VERBOSE ANALYZE t (a, b) ~ VACUUM (FULL, FREEZE, VERBOSE, ANALYZE) t (a, b)",
        "VACUUM (PARALLEL 2, SKIP_LOCKED, INDEX_CLEANUP off) t, u ~ VACUUM t, u",
        "VACUUM (ONLY_DATABASE_STATS) ~ VACUUM",
        "VACUUM ONLY t ~ VACUUM t",
        "VACUUM t * ~ VACUUM t",
        "ANALYZE (VERBOSE) t ~ ANALYZE VERBOSE t",
        "ANALYSE VERBOSE t ~ ANALYZE t",
        "ANALYZE ONLY t (a) ~ ANALYZE t (a)",
        "CLUSTER VERBOSE t USING i ~ CLUSTER t USING i",
        "CLUSTER (VERBOSE) t USING i ~ CLUSTER t USING i",
        "CLUSTER i ON t ~ CLUSTER t USING i",
        "REINDEX TABLE CONCURRENTLY t ~ REINDEX TABLE t",
        "REINDEX (VERBOSE) TABLE CONCURRENTLY t ~ REINDEX TABLE t",
        "REINDEX (TABLESPACE s, CONCURRENTLY) INDEX i ~ REINDEX INDEX i",
        "REINDEX SCHEMA CONCURRENTLY s ~ REINDEX SCHEMA s",
        "REINDEX SYSTEM ~ REINDEX SYSTEM d",
        "REINDEX DATABASE ~ REINDEX DATABASE d",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY t WITH DATA ~ REFRESH MATERIALIZED VIEW t",
        "REFRESH MATERIALIZED VIEW t WITH NO DATA ~ REFRESH MATERIALIZED VIEW t",
        "COMMENT ON TABLE t IS 'x' ~ COMMENT ON TABLE t IS NULL",
        "SECURITY LABEL FOR p ON TABLE t IS 'x' ~ SECURITY LABEL ON TABLE t IS 'x'",
      })
  void inMaintenance(String with, String without) {
    changesNothing(with, without);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "FETCH FORWARD 5 IN c ~ FETCH 5 c",
        "FETCH NEXT FROM c ~ FETCH c",
        "FETCH FROM c ~ FETCH c",
        "FETCH ALL IN c ~ FETCH c",
        "FETCH BACKWARD ALL FROM c ~ FETCH c",
        "FETCH ABSOLUTE -1 FROM c ~ FETCH c",
        "FETCH RELATIVE 0 c ~ FETCH c",
        "FETCH PRIOR IN c ~ FETCH c",
        "MOVE FORWARD ALL IN c ~ MOVE c",
        "MOVE FIRST FROM c ~ MOVE c",
        "CLOSE ALL ~ CLOSE ALL",
        "DECLARE c BINARY INSENSITIVE NO SCROLL CURSOR WITHOUT HOLD FOR SELECT a FROM t ~ DECLARE c CURSOR FOR SELECT a FROM t",
        "DECLARE c ASENSITIVE SCROLL CURSOR FOR SELECT a FROM t ~ DECLARE c CURSOR FOR SELECT a FROM t",
        "DECLARE c SCROLL CURSOR WITH HOLD FOR VALUES (1) ~ DECLARE c CURSOR WITH HOLD FOR VALUES (1)",
        "BEGIN WORK ~ BEGIN",
        "BEGIN TRANSACTION READ ONLY ~ BEGIN READ ONLY",
        "BEGIN WORK ISOLATION LEVEL SERIALIZABLE, READ ONLY ~ BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY",
        "START TRANSACTION READ WRITE, NOT DEFERRABLE ~ BEGIN READ WRITE NOT DEFERRABLE",
        "COMMIT WORK ~ COMMIT",
        "END TRANSACTION ~ COMMIT",
        "COMMIT TRANSACTION AND NO CHAIN ~ COMMIT AND NO CHAIN",
        "ABORT WORK ~ ROLLBACK",
        "ROLLBACK TRANSACTION AND NO CHAIN ~ ROLLBACK",
        "ROLLBACK WORK TO SAVEPOINT s ~ ROLLBACK TO s",
        "RELEASE SAVEPOINT s ~ RELEASE s",
        "SET SESSION work_mem TO '1MB' ~ SET work_mem = '1MB'",
        "SET SESSION TIME ZONE LOCAL ~ SET TIME ZONE DEFAULT",
        "SET SESSION SCHEMA 'x' ~ SET SCHEMA 'x'",
        "SET SESSION ROLE x ~ SET ROLE x",
        "SET LOCAL TRANSACTION READ ONLY ~ SET TRANSACTION READ ONLY",
        "SET SESSION TRANSACTION READ ONLY ~ SET TRANSACTION READ ONLY",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE ~ SET TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY, DEFERRABLE ~ SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY DEFERRABLE",
        "DEALLOCATE PREPARE p ~ DEALLOCATE p",
        "DEALLOCATE PREPARE ALL ~ DEALLOCATE ALL",
        "DISCARD TEMPORARY ~ DISCARD TEMP",
        "NOTIFY c, 'x' ~ NOTIFY c",
        "DO LANGUAGE plpgsql 'BEGIN END' ~ DO 'BEGIN END'",
        "DO 'BEGIN END' LANGUAGE plpgsql ~ DO 'BEGIN END'",
        "DO LANGUAGE 'plpgsql' 'BEGIN END' ~ DO 'BEGIN END'",
        "CALL p(a => 1, VARIADIC ARRAY[1]) ~ CALL p(1)",
        "CALL p(DISTINCT 1) ~ CALL p(1)",
        "EXPLAIN (ANALYZE) DELETE FROM t ~ EXPLAIN ANALYZE DELETE FROM t",
        "EXPLAIN (ANALYZE, VERBOSE) SELECT a FROM t ~ EXPLAIN ANALYZE VERBOSE SELECT a FROM t",
        "EXPLAIN (ANALYZE true, COSTS, FORMAT json, SERIALIZE text) SELECT a FROM t ~ EXPLAIN ANALYZE SELECT a FROM t",
        "EXPLAIN VERBOSE SELECT a FROM t ~ EXPLAIN SELECT a FROM t",
        "EXPLAIN ANALYSE SELECT a FROM t ~ EXPLAIN ANALYZE SELECT a FROM t",
        "EXPLAIN ((SELECT a FROM t)) ~ EXPLAIN SELECT a FROM t",
        "EXPLAIN (GENERIC_PLAN, MEMORY) SELECT a FROM t ~ EXPLAIN SELECT a FROM t",
        "PREPARE p (int, text) AS SELECT a FROM t ~ PREPARE p AS SELECT a FROM t",
        "EXPLAIN EXECUTE p (1) ~ EXPLAIN EXECUTE p",
        "CREATE TEMP TABLE t AS EXECUTE p (1) WITH NO DATA ~ CREATE TEMP TABLE t AS EXECUTE p",
        "EXPLAIN ANALYZE CREATE TABLE t AS EXECUTE p WITH DATA ~ EXPLAIN ANALYZE CREATE TABLE t AS EXECUTE p",
      })
  void inSessionsAndTransactions(String with, String without) {
    changesNothing(with, without);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "DELETE FROM ONLY t WHERE a = 1 ~ DELETE FROM t WHERE a = 1",
        "DELETE FROM t * AS x WHERE a = 1 ~ DELETE FROM t x WHERE a = 1",
        "DELETE FROM ONLY (t) AS x USING u ~ DELETE FROM t x USING u",
        "DELETE FROM t RETURNING WITH (OLD AS o, NEW AS n) o.a, n.a ~ DELETE FROM t RETURNING old.a, new.a",
        "UPDATE ONLY t AS x SET a = 1 ~ UPDATE t x SET a = 1",
        "UPDATE t * SET (a, b) = ROW (1, 2) ~ UPDATE t SET (a, b) = (1, 2)",
        "UPDATE t SET a = DEFAULT FROM ONLY u AS y ~ UPDATE t SET a = 1 FROM u y",
        "UPDATE t SET a = 1 RETURNING WITH (OLD AS o) o.a ~ UPDATE t SET a = 1 RETURNING old.a",
        "INSERT INTO t OVERRIDING SYSTEM VALUE VALUES (1) ~ INSERT INTO t VALUES (1)",
        "INSERT INTO t OVERRIDING USER VALUE SELECT a FROM u ~ INSERT INTO t SELECT a FROM u",
        "INSERT INTO t (a) OVERRIDING USER VALUE VALUES (1) ~ INSERT INTO t (a) VALUES (1)",
        "INSERT INTO t AS x (a) VALUES (1) ON CONFLICT (a) WHERE a > 0 DO NOTHING ~ INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING",
        "INSERT INTO t VALUES (1) ON CONFLICT ON CONSTRAINT k DO UPDATE SET a = EXCLUDED.a WHERE t.a = 1 ~ INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = EXCLUDED.a",
        "INSERT INTO t VALUES (1) RETURNING WITH (NEW AS n) n.a ~ INSERT INTO t VALUES (1) RETURNING new.a",
        "INSERT INTO t (TABLE u) ~ INSERT INTO t TABLE u",
        "MERGE INTO ONLY t AS x USING ONLY u AS y ON x.a = y.a WHEN MATCHED THEN DELETE ~ MERGE INTO t x USING u y ON x.a = y.a WHEN MATCHED THEN DELETE",
        "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED AND u.b THEN UPDATE SET b = 1 ~ MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET b = 1",
        "MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED BY TARGET THEN INSERT (a) OVERRIDING SYSTEM VALUE VALUES (u.a) ~ MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT (a) VALUES (u.a)",
        "SELECT a FROM t GROUP BY ROLLUP (a, b), CUBE (c) ~ SELECT a FROM t GROUP BY (a, b), (c)",
        "SELECT ALL a FROM ONLY t * ~ SELECT a FROM t",
        "SELECT a FROM ONLY (t) ~ SELECT a FROM t",
        "TABLE ONLY t ~ TABLE t",
        "TABLE t * ~ TABLE t",
        "SELECT a AS b FROM t AS x INNER JOIN u AS y ON x.i = y.i ~ SELECT a b FROM t x JOIN u y ON x.i = y.i",
        "SELECT a FROM t LEFT OUTER JOIN u USING (i) ~ SELECT a FROM t LEFT JOIN u USING (i)",
        "SELECT a FROM t FULL OUTER JOIN u USING (i) AS j ~ SELECT a FROM t FULL JOIN u USING (i)",
        "SELECT a FROM t NATURAL INNER JOIN u ~ SELECT a FROM t NATURAL JOIN u",
        "SELECT a FROM t AS x (a, b) ~ SELECT a FROM t x (a, b)",
        "SELECT a FROM t UNION DISTINCT SELECT a FROM u ~ SELECT a FROM t UNION SELECT a FROM u",
        "SELECT a FROM t INTERSECT DISTINCT SELECT a FROM u ~ SELECT a FROM t INTERSECT SELECT a FROM u",
        "SELECT a FROM t EXCEPT ALL SELECT a FROM u ~ SELECT a FROM t EXCEPT SELECT a FROM u",
        "SELECT a FROM t GROUP BY DISTINCT a ~ SELECT a FROM t GROUP BY a",
        "SELECT a FROM t GROUP BY ALL a ~ SELECT a FROM t GROUP BY a",
        "SELECT a FROM t GROUP BY GROUPING SETS ((a), ROLLUP (b, c), CUBE (d), ()) ~ SELECT a FROM t GROUP BY a, b, c, d",
        "SELECT a FROM t ORDER BY a ASC NULLS FIRST ~ SELECT a FROM t ORDER BY a",
        "SELECT a FROM t ORDER BY a USING < ~ SELECT a FROM t ORDER BY a",
        "SELECT a FROM t LIMIT ALL OFFSET 1 ROWS ~ SELECT a FROM t OFFSET 1",
        "SELECT a FROM t OFFSET 1 ROW FETCH NEXT ROW ONLY ~ SELECT a FROM t OFFSET 1 LIMIT 1",
        "SELECT a FROM t ORDER BY a FETCH FIRST 5 ROWS WITH TIES ~ SELECT a FROM t ORDER BY a LIMIT 5",
        "SELECT a FROM t x FOR NO KEY UPDATE OF x SKIP LOCKED ~ SELECT a FROM t x FOR UPDATE",
        "SELECT a FROM t FOR SHARE NOWAIT ~ SELECT a FROM t FOR KEY SHARE",
        "SELECT a FROM t FOR UPDATE OF t FOR SHARE OF t ~ SELECT a FROM t FOR UPDATE",
        "SELECT a FROM t FOR READ ONLY ~ SELECT a FROM t",
        "SELECT a FROM t TABLESAMPLE SYSTEM (1) REPEATABLE (2) ~ SELECT a FROM t TABLESAMPLE SYSTEM (1)",
        "SELECT a FROM t, LATERAL (SELECT b FROM u) AS y ~ SELECT a FROM t, (SELECT b FROM u) y",
        "SELECT a FROM t CROSS JOIN LATERAL f(t.a) WITH ORDINALITY AS y (b, n) ~ SELECT a FROM t, f(t.a) y",
        "SELECT a FROM ROWS FROM (f(1), g(2) AS (b int)) WITH ORDINALITY ~ SELECT a FROM f(1), g(2) AS (b int)",
        "SELECT a FROM (SELECT a FROM t) ~ SELECT a FROM (SELECT a FROM t) AS x",
        "WITH x AS MATERIALIZED (SELECT a FROM t) SELECT a FROM x ~ WITH x AS (SELECT a FROM t) SELECT a FROM x",
        "WITH x (a) AS NOT MATERIALIZED (SELECT a FROM t) SELECT a FROM x ~ WITH x AS (SELECT a FROM t) SELECT a FROM x",
        "WITH RECURSIVE x AS (SELECT a FROM t UNION ALL SELECT a FROM x) SEARCH DEPTH FIRST BY a SET o SELECT a FROM x ~ WITH RECURSIVE x AS (SELECT a FROM t UNION ALL SELECT a FROM x) SELECT a FROM x",
        "WITH RECURSIVE x AS (SELECT a FROM t UNION ALL SELECT a FROM x) SEARCH BREADTH FIRST BY a, b SET o SELECT a FROM x ~ WITH RECURSIVE x AS (SELECT a FROM t UNION ALL SELECT a FROM x) SELECT a FROM x",
        "WITH RECURSIVE x AS (SELECT a FROM t UNION ALL SELECT a FROM x) CYCLE a SET c TO true DEFAULT false USING p SELECT a FROM x ~ WITH RECURSIVE x AS (SELECT a FROM t UNION ALL SELECT a FROM x) SELECT a FROM x",
        "WITH RECURSIVE x AS (SELECT a FROM t UNION ALL SELECT a FROM x) CYCLE a SET c USING p SELECT a FROM x ~ WITH RECURSIVE x AS (SELECT a FROM t UNION ALL SELECT a FROM x) SELECT a FROM x",
        "SELECT a INTO TABLE u FROM t ~ SELECT a INTO u FROM t",
        "SELECT a INTO UNLOGGED TABLE u FROM t ~ SELECT a INTO UNLOGGED u FROM t",
        "SELECT a INTO TEMPORARY TABLE u FROM t ~ SELECT a INTO TEMP u FROM t",
        "SELECT a INTO LOCAL TEMP u FROM t ~ SELECT a INTO TEMP u FROM t",
        "SELECT f(ALL a) FROM t ~ SELECT f(a) FROM t",
        "SELECT f(VARIADIC a) FROM t ~ SELECT f(a) FROM t",
        "SELECT f(x := a) FROM t ~ SELECT f(x => a) FROM t",
        "SELECT f(a ORDER BY b) FILTER (WHERE c) OVER (PARTITION BY d ORDER BY e ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM t ~ SELECT f(a) OVER (PARTITION BY d) FROM t",
        "SELECT f(a) WITHIN GROUP (ORDER BY b) FROM t ~ SELECT f(a) FROM t",
        "SELECT a IS NOT DISTINCT FROM b FROM t ~ SELECT a IS DISTINCT FROM b FROM t",
        "SELECT a BETWEEN SYMMETRIC 1 AND 2 FROM t ~ SELECT a BETWEEN 1 AND 2 FROM t",
        "SELECT a IS NFC NORMALIZED FROM t ~ SELECT a IS NORMALIZED FROM t",
        "SELECT a IS JSON OBJECT WITH UNIQUE KEYS FROM t ~ SELECT a IS JSON FROM t",
        "SELECT j.b FROM t, JSON_TABLE(t.a, '$[*]' AS p PASSING 1 AS x COLUMNS (n FOR ORDINALITY, b int PATH '$' DEFAULT 0 ON EMPTY ERROR ON ERROR, NESTED PATH '$.c' COLUMNS (c text))) AS j ~ SELECT j.b FROM t, JSON_TABLE(t.a, '$[*]' COLUMNS (b int PATH '$')) AS j",
        "SELECT x.b FROM t, XMLTABLE(XMLNAMESPACES('u' AS n), '/r' PASSING BY REF t.a BY VALUE COLUMNS b int PATH 'b' DEFAULT 1 NOT NULL) AS x ~ SELECT x.b FROM t, XMLTABLE('/r' PASSING t.a COLUMNS b int PATH 'b') AS x",
      })
  void inQueriesAndChanges(String with, String without) {
    changesNothing(with, without);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "GRANT SELECT ON TABLE t TO x GRANTED BY y ~ GRANT SELECT ON t TO x",
        "GRANT ALL PRIVILEGES ON TABLE t, u TO GROUP x WITH GRANT OPTION ~ GRANT ALL ON t, u TO x",
        "GRANT SELECT (a), UPDATE (b) ON TABLE t TO x ~ GRANT SELECT (a), UPDATE (b) ON t TO x",
        "REVOKE GRANT OPTION FOR SELECT ON TABLE t FROM x GRANTED BY y RESTRICT ~ REVOKE SELECT ON t FROM x",
        "ALTER TABLE ONLY t ADD COLUMN b int ~ ALTER TABLE t ADD b int",
        "ALTER TABLE IF EXISTS ONLY t ADD COLUMN IF NOT EXISTS b int ~ ALTER TABLE t ADD b int",
        "ALTER TABLE t * ADD COLUMN b int ~ ALTER TABLE t ADD b int",
        "ALTER TABLE IF EXISTS t ALTER COLUMN b SET DATA TYPE int ~ ALTER TABLE t ALTER b TYPE int",
        "ALTER TABLE t DROP COLUMN IF EXISTS b RESTRICT ~ ALTER TABLE t DROP b",
        "ALTER TABLE t RENAME COLUMN b TO c ~ ALTER TABLE t RENAME b TO c",
        "ALTER VIEW IF EXISTS t SET SCHEMA s ~ ALTER VIEW t SET SCHEMA s",
        "ALTER MATERIALIZED VIEW IF EXISTS t CLUSTER ON i ~ ALTER MATERIALIZED VIEW t CLUSTER ON i",
        "ALTER SEQUENCE IF EXISTS t INCREMENT BY 2 ~ ALTER SEQUENCE t INCREMENT 2",
        "ALTER FOREIGN TABLE IF EXISTS ONLY t ADD COLUMN b int ~ ALTER FOREIGN TABLE t ADD b int",
        "CREATE TABLE IF NOT EXISTS t (a int) ~ CREATE TABLE t (a int)",
        "CREATE UNLOGGED TABLE t (a int) ~ CREATE TABLE t (a int)",
        "CREATE TEMPORARY TABLE t (a int) ~ CREATE TEMP TABLE t (a int)",
        "CREATE LOCAL TEMP TABLE t (a int) ~ CREATE TEMP TABLE t (a int)",
        "CREATE GLOBAL TEMPORARY TABLE IF NOT EXISTS t (a int) ON COMMIT PRESERVE ROWS ~ CREATE TEMP TABLE t (a int)",
        "CREATE TABLE t (a int GENERATED ALWAYS AS (b * 2) VIRTUAL, b int) ~ CREATE TABLE t (a int GENERATED ALWAYS AS (b * 2), b int)",
        "CREATE TABLE t (a int GENERATED ALWAYS AS (b * 2) STORED, b int) ~ CREATE TABLE t (a int GENERATED ALWAYS AS (b * 2), b int)",
        "CREATE TABLE t (a int, p daterange, PRIMARY KEY (a, p WITHOUT OVERLAPS)) ~ CREATE TABLE t (a int, p daterange, PRIMARY KEY (a, p))",
        "CREATE TABLE t (a int NOT NULL NO INHERIT, CONSTRAINT c CHECK (a > 0) NOT ENFORCED) ~ CREATE TABLE t (a int, CHECK (a > 0))",
        "CREATE TABLE t (a int) USING heap WITH (fillfactor = 70) TABLESPACE s ~ CREATE TABLE t (a int)",
        "CREATE TABLE t (a, b) AS SELECT a, b FROM u WITH NO DATA ~ CREATE TABLE t AS SELECT a, b FROM u",
        "CREATE TABLE IF NOT EXISTS t AS TABLE ONLY u WITH DATA ~ CREATE TABLE t AS TABLE u",
        "CREATE OR REPLACE RECURSIVE VIEW t (a) AS SELECT a FROM u ~ CREATE RECURSIVE VIEW t (a) AS SELECT a FROM u",
        "CREATE VIEW t AS SELECT a FROM u WITH LOCAL CHECK OPTION ~ CREATE VIEW t AS SELECT a FROM u",
        "CREATE VIEW t WITH (security_barrier) AS SELECT a FROM u WITH CASCADED CHECK OPTION ~ CREATE VIEW t AS SELECT a FROM u",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS t AS SELECT a FROM u WITH NO DATA ~ CREATE MATERIALIZED VIEW t AS SELECT a FROM u",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY t USING btree (a ASC NULLS LAST) INCLUDE (b) WHERE a > 0 ~ CREATE INDEX i ON t (a)",
        "CREATE UNIQUE INDEX ON t (a) NULLS NOT DISTINCT ~ CREATE INDEX ON t (a)",
        "CREATE OR REPLACE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f() ~ CREATE TRIGGER g AFTER INSERT ON t FOR ROW EXECUTE PROCEDURE f()",
        "CREATE CONSTRAINT TRIGGER g AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f() ~ CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE OR REPLACE RULE r AS ON INSERT TO t WHERE a DO ALSO NOTHING ~ CREATE RULE r AS ON INSERT TO t WHERE a DO NOTHING",
        "CREATE SCHEMA IF NOT EXISTS s AUTHORIZATION x ~ CREATE SCHEMA s",
        "DROP TABLE IF EXISTS t, u RESTRICT ~ DROP TABLE t, u",
        "DROP TABLE IF EXISTS t, u CASCADE ~ DROP TABLE t, u CASCADE",
        "DROP VIEW IF EXISTS t, u CASCADE ~ DROP VIEW t, u CASCADE",
        "DROP INDEX CONCURRENTLY IF EXISTS t, u ~ DROP INDEX t, u",
        "DROP TRIGGER IF EXISTS g ON t RESTRICT ~ DROP TRIGGER g ON t",
        "DROP RULE IF EXISTS r ON t ~ DROP RULE r ON t",
        "IMPORT FOREIGN SCHEMA s LIMIT TO (t, u) FROM SERVER x INTO l OPTIONS (a 'b') ~ IMPORT FOREIGN SCHEMA s LIMIT TO (t, u) FROM SERVER x INTO l",
      })
  void inDefinitions(String with, String without) {
    changesNothing(with, without);
  }

  /** What only looks like such a word stays: a table or function behind it counts. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "SELECT rows FROM (SELECT a FROM secret) x ~ secret",
        "SELECT a, rows FROM (SELECT (1) FROM secret) x ~ secret",
        "SELECT a FROM ROWS FROM (f((SELECT a FROM secret))) ~ secret",
        "SELECT a FROM t GROUP BY DISTINCT (SELECT a FROM secret) ~ secret",
        "SELECT a FROM t WHERE b = ROW ((SELECT a FROM secret), 1) ~ secret",
        "SELECT a FROM t TABLESAMPLE SYSTEM (1) REPEATABLE ((SELECT a FROM secret)) ~ secret",
        "SELECT a FROM ONLY (secret) ~ secret",
        "SELECT a FROM ONLY (s.secret) ~ secret",
        "SELECT a FROM (SELECT b FROM secret FOR UPDATE) x ~ secret",
        "SELECT a FROM t FOR UPDATE OF t UNION SELECT a FROM secret ~ secret",
        "WITH x AS NOT MATERIALIZED (TABLE secret) SELECT a FROM x ~ secret",
        "WITH RECURSIVE x AS (TABLE t) CYCLE a SET c USING p, y AS (TABLE secret) SELECT a FROM y ~ secret",
        "INSERT INTO t OVERRIDING USER VALUE SELECT a FROM secret ~ secret",
        "SELECT a FROM t GROUP BY f(cube(a)) ~ cube",
        "SELECT a FROM t GROUP BY (rollup(a)) ~ rollup",
        "SELECT a FROM t GROUP BY a HAVING cube(a) ~ cube",
        "SELECT a FROM t ORDER BY a, cube(a) ~ cube",
        "ALTER TABLE cluster RENAME TO secret ~ cluster",
        "CLUSTER (VERBOSE) secret USING i ~ secret",
        "VACUUM (FULL, ANALYZE) t, secret ~ secret",
        "REINDEX (TABLESPACE s) TABLE CONCURRENTLY secret ~ secret",
        "DROP TABLE IF EXISTS if, secret CASCADE ~ secret",
        "DROP TABLE if, secret CASCADE ~ if",
      })
  void hideNothing(String sql, String name) {
    ParsedStatement parsed = PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD);
    assertThat(
            Stream.of(parsed.reads(), parsed.writes(), parsed.functions())
                .flatMap(List::stream)
                .map(Object::toString))
        .as("understood: %s", parsed.understood())
        .anyMatch(found -> found.endsWith(name));
  }
}
