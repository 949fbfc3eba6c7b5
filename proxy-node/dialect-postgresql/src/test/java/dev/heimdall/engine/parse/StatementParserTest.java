package dev.heimdall.engine.parse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.ReadSql;
import dev.heimdall.engine.sql.TableName;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementParserTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "SELECT 1 ~ READ",
        "SELECT a FROM t ~ READ r:t",
        "SELECT * FROM s.T, \"U\" u WHERE x IN (SELECT y FROM v) ~ READ r:s.t,U,v",
        "SELECT * FROM a JOIN b USING (id) LEFT JOIN ONLY c ON c.x = b.x ~ READ r:a,b,c",
        "TABLE t ~ READ r:t",
        "VALUES (1), (2) ~ READ",
        "(SELECT a FROM t) UNION ALL (SELECT a FROM u) ORDER BY 1 ~ READ r:t,u",
        "SELECT * FROM t FOR UPDATE ~ READ r:t locking",
        "SELECT * FROM t FOR NO KEY UPDATE OF t SKIP LOCKED ~ READ r:t locking",
        "SELECT s.f(a), count(*) FROM t ~ READ r:t f:s.f,count",
        "SELECT EXTRACT(year FROM a), substring(b FROM 2) FROM t ~ READ r:t f:substring",
        "SELECT a IS DISTINCT FROM b FROM t ~ READ r:t",
        "SELECT * FROM f(1) x(a, b), LATERAL (SELECT * FROM u) y ~ READ r:u f:f",
        "SELECT nextval('s') ~ READ f:nextval",
        "SELECT \"f\"(1), coalesce(a, 2), now() FROM t ~ READ r:t f:f,coalesce,now",
        "SELECT current_user, CURRENT_TIMESTAMP ~ READ f:pg_catalog.current_user,pg_catalog.now",
        "WITH w AS (SELECT * FROM t) SELECT * FROM w ~ READ r:t",
        "WITH t AS (SELECT * FROM t) SELECT * FROM t ~ READ r:t",
        "WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT a FROM t) SELECT * FROM t ~ READ",
        "WITH w AS (SELECT 1) SELECT * FROM public.w ~ READ r:w",
        "SELECT * FROM (WITH w AS (SELECT 1) SELECT * FROM w) x, w ~ READ r:w",
        "WITH a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM b ~ READ r:b",
        "WITH d AS (DELETE FROM t RETURNING a) SELECT * FROM d, u ~ WRITE r:u w:t",
        "WITH d AS (SELECT 1) INSERT INTO t SELECT * FROM d ~ WRITE w:t",
        "WITH t AS (SELECT 1) INSERT INTO t SELECT * FROM t ~ WRITE w:t",
        "INSERT INTO t (a, b) VALUES (1, f(2)) RETURNING a ~ WRITE w:t f:f",
        "INSERT INTO t SELECT * FROM u ON CONFLICT (a) DO UPDATE SET b = (SELECT c FROM v) ~ WRITE r:u,v w:t",
        "UPDATE t SET a = u.a FROM u WHERE t.i = u.i ~ WRITE r:u w:t",
        "DELETE FROM ONLY t USING u, v WHERE t.i = u.i ~ WRITE r:u,v w:t",
        "MERGE INTO t USING u ON t.i = u.i WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (1) ~ WRITE r:u w:t",
        "SELECT a INTO n FROM t ~ DDL r:t w:n",
        "EXPLAIN ANALYZE DELETE FROM t ~ WRITE w:t",
        "EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM t ~ READ r:t",
        "COPY t (a, b) FROM STDIN ~ WRITE w:t",
        "COPY t TO STDOUT ~ READ r:t",
        "COPY (SELECT * FROM t) TO STDOUT WITH (FORMAT csv) ~ READ r:t",
        "COPY t FROM STDIN (FORMAT csv) ~ WRITE w:t",
        "COPY s.t (a) FROM STDIN (FORMAT binary, FREEZE) ~ WRITE w:s.t",
        "COPY t FROM STDIN WITH (FORMAT csv, HEADER match, FORCE_NULL (a, b), ON_ERROR ignore) WHERE f(a) > 1 ~ WRITE w:t f:f",
        "COPY t FROM STDIN WHERE a > 1 ~ WRITE w:t",
        "COPY t FROM STDOUT ~ WRITE w:t",
        "COPY t TO STDIN ~ READ r:t",
        "COPY t TO STDOUT (FORMAT csv) ~ READ r:t",
        "COPY BINARY t (a) TO STDOUT ~ READ r:t",
        "COPY BINARY t FROM STDIN ~ WRITE w:t",
        "COPY t FROM STDIN USING DELIMITERS '|' WITH NULL AS '' ~ WRITE w:t",
        "COPY t FROM STDIN DELIMITERS '|' NULL '' ~ WRITE w:t",
        "COPY t FROM STDIN WITH DELIMITER AS '|' CSV HEADER QUOTE '\"' ESCAPE AS '\"' FORCE NOT NULL a, b ENCODING 'utf8' ~ WRITE w:t",
        "COPY t FROM STDIN CSV FORCE NULL * FREEZE BINARY ~ WRITE w:t",
        "COPY t TO STDOUT CSV FORCE QUOTE * HEADER ~ READ r:t",
        "COPY (TABLE t) TO STDIN CSV ~ READ r:t",
        "COPY (DELETE FROM t RETURNING a) TO STDOUT (FORMAT csv) ~ WRITE w:t",
        "COPY (SELECT f(a) FROM t) TO STDOUT ~ READ r:t f:f",
        "LOCK TABLE a, ONLY s.b IN SHARE MODE ~ LOCK w:a,s.b locking",
        "TRUNCATE a, b RESTART IDENTITY ~ WRITE w:a,b",
        "DECLARE c CURSOR FOR SELECT * FROM t ~ SESSION r:t",
        "PREPARE p (int) AS SELECT * FROM t WHERE a = $1 ~ SESSION r:t",
        "CALL p(f(1)) ~ CALL f:p,f",
        "INSERT INTO s.t (a) VALUES (1) ~ WRITE w:s.t",
        "SELECT count(*) AS f FROM f(1) AS f (a), s.g(2) x (b) ~ READ f:count,f,s.g",
        "SELECT group_concat(a) AS group_concat FROM t ~ READ r:t f:group_concat",
        "SELECT a @@@ b, |/ c, text 'x', d[1][2], e COLLATE \"C\" FROM t* ~ READ r:t",
        "SELECT FROM t ORDER BY a USING > ~ READ r:t",
        "UPDATE t SET a[1].b = 2 WHERE CURRENT OF c ~ WRITE w:t",
        "INSERT INTO t TABLE u ~ WRITE r:u w:t",
        "SELECT a INTO TEMP TABLE n FROM t ~ DDL r:t w:n",
        "SELECT * INTO temp FROM t ~ DDL r:t w:temp",
        "CREATE TEMP TABLE IF NOT EXISTS n (a) AS SELECT f(b) FROM t WITH NO DATA ~ DDL r:t w:n f:f",
        "CREATE OR REPLACE VIEW v AS SELECT * FROM t WITH CHECK OPTION ~ DDL r:t w:v",
        "CREATE TABLE n (a int DEFAULT 1) ~ DDL w:n",
        "DROP TABLE IF EXISTS a, s.b ~ DDL w:a,s.b",
        "CREATE SCHEMA IF NOT EXISTS s AUTHORIZATION u ~ DDL",
        "BEGIN ~ TRANSACTION",
        "COMMIT PREPARED 'a' ~ WRITE",
        "ROLLBACK PREPARED 'a' ~ TRANSACTION",
        "SET search_path TO a, b ~ SESSION",
        "VACUUM (ANALYZE) a, b (c) ~ UTILITY w:a,b",
        "SELECT 1; DELETE FROM t; SELECT * FROM u ~ WRITE r:u w:t",
        "/* nothing */ ; ~ EMPTY",
        "SELECT 1.from secret ~ READ r:secret",
        "SELECT t.is distinct FROM secret ~ READ r:secret",
        "SELECT a IS NOT DISTINCT FROM b, t.from FROM t ~ READ r:t",
        "SELECT substring((SELECT a FROM t) FROM 2), trim(FROM a) FROM u ~ READ r:t,u f:substring",
        "SELECT a::s.t(3), CAST(b AS t(3)), c LIKE ('x'), left(d, 1) FROM t ~ READ r:t f:left",
        "SELECT set('x'), like(a, b), rows(1), current_time(3) FROM t ORDER BY range(a) ~ READ r:t f:set,like,rows,pg_catalog.now,range",
        "SELECT a OPERATOR(pg_catalog.*) b, operator(t.*) FROM t ~ READ r:t f:operator",
        "SELECT ((SELECT a FROM t) UNION SELECT b FROM u LIMIT 1) + 1 ~ READ r:t,u",
        "SELECT sum(a) FROM t GROUP BY GROUPING SETS (ROLLUP (a), GROUPING SETS (CUBE (b))) ~ READ r:t f:sum",
        "SELECT x.a FROM XMLTABLE('/r' PASSING (SELECT d FROM t) COLUMNS a s.t(3) PATH 'a' DEFAULT f(1)) x ~ READ r:t f:xmltable,f",
        "SELECT j.a FROM t, JSON_TABLE(t.d, '$' COLUMNS (a varchar(3), NESTED PATH '$.b' COLUMNS (c FOR ORDINALITY))) j, u ~ READ r:t,u f:json_table",
        "SELECT * FROM ((a JOIN b ON true) JOIN (SELECT 1) c ON true) d, e ~ READ r:a,b,e",
        "SELECT * FROM a JOIN b JOIN c ON c.i = b.i ON a.i = b.i, d ~ READ r:a,b,c,d",
        "INSERT INTO t (a) (SELECT b FROM u) ON CONFLICT (a) DO UPDATE SET a = excluded.a, b = 2 ~ WRITE r:u w:t",
        "INSERT INTO t SELECT a FROM u JOIN v ON conflict (a) ON CONFLICT DO NOTHING ~ WRITE r:u,v w:t f:conflict",
        "MERGE INTO t USING u JOIN v ON u.i = v.i ON t.i = u.i WHEN MATCHED AND CASE WHEN a THEN insert(b) END THEN UPDATE SET a = 1 WHEN NOT MATCHED THEN INSERT (a, b) OVERRIDING USER VALUE VALUES (1, f(2)) ~ WRITE r:u,v w:t f:insert,f",
        "WITH m AS (MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE RETURNING a) SELECT * FROM m ~ WRITE r:u w:t",
        "SELECT a FROM t WINDOW w AS (PARTITION BY (SELECT b FROM u)) ~ READ r:t,u"
      })
  void whatATextSaysByItself(String sql, String expected) {
    assertThat(ReadSql.parsed(PostgresSql.DIALECT, sql)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FROBNICATE t",
        "SELECT * FROM",
        "SELECT 'unfinished",
        "SELECT * FROM U&\"t\\zzzz\"",
        "SELECT * FROM U&\"t\" UESCAPE '+'",
        "EXECUTE p",
        "COPY t FROM '/etc/passwd'",
        "COPY t TO PROGRAM 'x'",
        "COPY t FROM PROGRAM 'x' (FORMAT csv) WHERE a > 1",
        "COPY (SELECT 1) TO '/tmp/file'",
        "COPY t FROM STDIN FROBNICATE",
        "COPY t FROM STDIN FORCE a",
        "COPY t TO STDOUT WHERE a > 1",
        "COPY (SELECT 1) FROM STDIN",
        "DO $$ BEGIN DELETE FROM t; END $$",
        "SET CONSTRAINTS ALL IMMEDIATE",
        "TRUNCATE t CASCADE",
        "EXPLAIN EXECUTE p",
        "DROP TABLE t CASCADE",
        "CREATE TABLE n (a int REFERENCES t)",
        "CREATE TABLE n PARTITION OF t FOR VALUES IN (1)",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA s CREATE TABLE t (a int)",
        "ALTER TABLE t ADD a int",
        "SELECT a FROM t u v",
        "SELECT a FROM t JOIN",
        "SELECT 1 JOIN t ON true",
        "SELECT a FROM t WHERE (b FROM u)",
        "SELECT a FROM t JOIN u ON a = join (b)",
        "SELECT a FROM t) x",
        "SELECT a FROM a.b.c.d",
        "SELECT a FROM GRAPH_TABLE (g MATCH (x) COLUMNS (x.a))",
        "WITH w AS (SELECT 1) FROM t",
        "WITH RECURSIVE w AS SELECT 1 FROM t"
      })
  void whatIsNotCertainIsNotUnderstood(String sql) {
    assertThat(PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD).understood()).isFalse();
  }

  /** Names with escapes are names like others. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "SELECT * FROM U&\"orders\" ~ READ r:orders",
        "SELECT * FROM U&\"\\006frders\" ~ READ r:orders",
        "SELECT * FROM u&\"!006frders\" UESCAPE '!' ~ READ r:orders",
        "SELECT * FROM u&\"!+00006frders\" /* x */ uescape '!' ~ READ r:orders",
        "SELECT * FROM U&\"or\"\"d\\\\ers\" ~ READ r:or\"d\\ers",
        "DELETE FROM U&\"\\d83d\\de00\".t ~ WRITE w:\ud83d\ude00.t",
        "UPDATE U&\"t\" SET a = 1 ~ WRITE w:t"
      })
  void namesWithUnicodeEscapesAreDecoded(String sql, String expected) {
    assertThat(ReadSql.parsed(PostgresSql.DIALECT, sql)).isEqualTo(expected);
  }

  /** What the parser gives up is not understood, but the names in it are recognised. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "FROBNICATE x FROM a, b AS c, (d JOIN \"E\" ON true), LATERAL (SELECT 1 FROM g) h WHERE x IN (i, j) ~ UNKNOWN ? r:a,b,d,E,g",
        "SELECT * FROM a, JSON_TABLE((SELECT j FROM b), '$[*]' COLUMNS (x int PATH '$')) AS t, c ~ r:a,b,c",
        "SELECT * FROM XMLTABLE('/r' PASSING (SELECT x FROM a) COLUMNS y int PATH 'y') ~ r:a",
        "MERGE INTO ONLY s.a AS t USING b ON t.i = b.i WHEN NOT MATCHED BY SOURCE THEN DELETE ~ w:s.a r:b",
        "WITH x AS MATERIALIZED (SELECT * FROM a) MERGE INTO b USING x ON true WHEN MATCHED THEN DO NOTHING RETURNING merge_action(), * ~ r:a w:b",
        "ALTER TABLE IF EXISTS ONLY s.a ATTACH PARTITION b DEFAULT ~ r:b w:s.a",
        "CREATE TABLE n (x int REFERENCES a (i), LIKE b INCLUDING ALL) INHERITS (c, d) ~ r:a,b,c,d w:n",
        "CREATE INDEX CONCURRENTLY i ON a USING btree (x) ~ w:a",
        "CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION f() ~ w:a",
        "CREATE POLICY p ON a USING (x IN (SELECT x FROM b)) ~ r:a,b",
        "GRANT SELECT ON a, TABLE b TO someone ~ r:a,b",
        "COMMENT ON COLUMN s.a.x IS 'y' ~ r:s.a",
        "COPY a TO PROGRAM 'x' ~ w:a",
        "COPY (SELECT * FROM a) TO '/tmp/x' ~ r:a",
        "TRUNCATE TABLE ONLY a, b CASCADE ~ w:a,b",
        "DROP TABLE IF EXISTS a, s.b CASCADE ~ w:a,s.b",
        "VACUUM (FULL) a, b FROBNICATE ~ w:a,b",
        "SELECT 1; FROBNICATE JOIN a; SELECT * FROM b ~ UNKNOWN ? r:a,b",
        "SELECT * FROM a WHERE x = 'unfinished ~ UNKNOWN ? r:a",
        "SELECT * FROM a, U&\"b\\0063\" /* unfinished ~ UNKNOWN ? r:a,bc",
        "INSERT INTO a (x) FROBNICATE SELECT * FROM b ~ w:a r:b",
        "SELECT * INTO UNLOGGED n FROBNICATE FROM a ~ w:n r:a",
        "DELETE FROM a FROBNICATE USING b, c ~ w:a r:b,c",
        "SELECT ((((((((((((((((((((((((((((((((((((((((((SELECT x FROM a)))))))))))))))))))))))))))))))))))))))))) ~ UNKNOWN ? r:a"
      })
  void whatIsNotUnderstoodHasItsNamesRecognised(String sql, String expected) {
    ParsedStatement parsed = PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD);
    if (!parsed.understood()) {
      assertThat(parsed.doubt()).isNotEmpty();
    }
    for (String part : expected.replace("UNKNOWN ? ", "").split(" ")) {
      List<String> found =
          (part.startsWith("r:") ? parsed.reads() : parsed.writes())
              .stream().map(TableName::toString).toList();
      assertThat(found).as(part).contains(part.substring(2).split(","));
    }
  }

  /** However one of its tables is written, a FROM goes on behind it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a x",
        "a AS x (b, c)",
        "ONLY (a) x",
        "a * AS x",
        "s.a TABLESAMPLE s.f (1) REPEATABLE (2)",
        "a CROSS JOIN b",
        "a NATURAL FULL OUTER JOIN b",
        "a JOIN b USING (c) AS j",
        "a LEFT JOIN b ON CASE WHEN left(c, 1) IS DISTINCT FROM d THEN true END",
        "a JOIN LATERAL (SELECT 1 FROM b WHERE c = d) x ON (SELECT true)",
        "(a CROSS JOIN b) AS j (c)",
        "(VALUES (1), (2)) x (b)",
        "((SELECT 1) ORDER BY 1 LIMIT 1) x",
        "f(1, 2) WITH ORDINALITY AS x (b, c)",
        "f(1) AS (b numeric(3), c s.t(4))",
        "ROWS FROM (f(1), g(2) AS (b int)) x",
        "coalesce(1, 2)",
        "current_user AS x",
        "XMLTABLE('/r' PASSING b COLUMNS c int PATH 'd', e FOR ORDINALITY)"
      })
  void tablesBehindOthersAreSeen(String from) {
    for (String sql :
        List.of(
            "SELECT * FROM %s, secret WHERE a",
            "SELECT 1 UNION (SELECT * FROM %s, secret)",
            "DELETE FROM t USING %s, secret",
            "UPDATE t SET a = 1, b = 2 FROM %s, secret RETURNING a, b",
            "INSERT INTO t SELECT a, b FROM %s, secret ON CONFLICT DO NOTHING")) {
      ParsedStatement parsed = PostgresSql.DIALECT.parse(sql.formatted(from), LexerMode.STANDARD);
      assertThat(parsed.understood()).as(sql).isTrue();
      assertThat(parsed.reads()).as(sql).contains(new TableName(null, null, "secret"));
      assertThat(parsed.reads()).doesNotContain(new TableName(null, null, "x"));
    }
  }

  @Test
  void limitsAreReasonsAndHideNoNames() {
    String deep = "SELECT " + "(".repeat(4000) + "SELECT x FROM a, b" + ")".repeat(4000);
    assertThat(found(deep)).isEqualTo("nests brackets more than 200 deep: a, b");
    String many = "SELECT 1;".repeat(200) + "SELECT * FROM a, b";
    String union = "SELECT * FROM a UNION ALL ".repeat(2600) + "SELECT * FROM b";
    String longest = "SELECT * FROM a, b WHERE x = '" + "x".repeat(StatementParser.LONGEST) + "'";
    assertThat(found(many)).isEqualTo("is one of more than 200 in one text: a, b");
    assertThat(PostgresSql.DIALECT.parse(many, LexerMode.STANDARD).statements()).isEqualTo(201);
    assertThat(found(union)).isEqualTo("has more than 10000 tokens: a, b");
    assertThat(found(longest)).isEqualTo("is longer than 1048576 bytes: a, b");
    assertThat(found("DO 'x'")).isEqualTo("runs a code block: ");
  }

  private String found(String sql) {
    ParsedStatement parsed = PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD);
    return parsed.reads().stream()
        .map(TableName::toString)
        .collect(Collectors.joining(", ", parsed.doubt() + ": ", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "INSERT INTO t VALUES (1) ~ [INSERT]",
        "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2 ~ [INSERT, UPDATE]",
        "UPDATE t SET a = 1 ~ [UPDATE]",
        "DELETE FROM t ~ [DELETE]",
        "WITH w AS (DELETE FROM t RETURNING a) INSERT INTO u SELECT a FROM w ~ [INSERT, DELETE]",
        "SELECT * FROM t FOR NO KEY UPDATE ~ []",
        "COPY t FROM STDIN ~ [INSERT]",
        "TRUNCATE t ~ [TRUNCATE]",
        "TRUNCATE t CASCADE ~ [INSERT, UPDATE, DELETE, TRUNCATE]",
        "INSERT INTO t VALUES (1); DELETE FROM u ~ [INSERT, DELETE]",
        "MERGE INTO t USING u ON true WHEN MATCHED THEN UPDATE SET a = 1 ~ [UPDATE]",
        "MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT DEFAULT VALUES ~ [INSERT, DELETE]",
        "DO 'x' ~ [INSERT, UPDATE, DELETE, TRUNCATE]"
      })
  void theWaysInWhichRowsAreChanged(String sql, String expected) {
    assertThat(PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD).changes()).hasToString(expected);
  }

  @Test
  void hintsAreCollected() {
    ParsedStatement parsed =
        PostgresSql.DIALECT.parse(
            "SELECT /*+ SeqScan(t) */ a /* no */ FROM t /*+b*/", LexerMode.STANDARD);
    assertThat(parsed.hints()).containsExactly("SeqScan(t)", "b");
    assertThat(parsed.understood()).isTrue();
    assertThat(PostgresSql.DIALECT.parse("SELECT 1; SELECT 2", LexerMode.STANDARD).statements())
        .isEqualTo(2);
  }

  @Test
  void whatMayBeACallInAttributeNotationIsToldApart() {
    ParsedStatement parsed =
        PostgresSql.DIALECT.parse("SELECT t.f, (u.g).h, s.c(1) FROM t, u", LexerMode.STANDARD);
    assertThat(parsed.attributes()).containsExactlyInAnyOrder("f", "g", "h");
  }

  @Test
  void anOperatorWithItsSchemaIsAnOperator() {
    ParsedStatement parsed =
        PostgresSql.DIALECT.parse(
            "SELECT a OPERATOR(s.*) b, t.*, count(*), c OPERATOR(s.<+>) 1 FROM t",
            LexerMode.STANDARD);
    assertThat(parsed.understood()).isTrue();
    assertThat(parsed.operators()).containsExactlyInAnyOrder("*", "<+>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT $(1$)",
        "SELECT $CASE WHEN a THEN 1 END$",
        "SELECT a$||b$",
        "SELECT a$.b$",
        "SELECT 1$ UNION SELECT 1$",
        "$SELECT 1;$",
        "SELECT '$x$'",
        "$($",
        "/*$/*$",
        "$WITH a AS ($",
        "SELECT 1 $FROM (a JOIN $",
        "SELECT a[$b[$]",
        "SELECT CAST(a AS $t.$"
      })
  void endlessTextIsGivenUp(String pattern) {
    String[] parts = pattern.split("\\$", -1);
    String repeated = parts[1].repeat(2 * StatementParser.LONGEST / parts[1].length());
    assertThat(
            PostgresSql.DIALECT
                .parse(parts[0] + repeated + parts[2], LexerMode.STANDARD)
                .understood())
        .isFalse();
    // Just short enough to be looked at, it may be understood, but must come to an end.
    String shorter = parts[0] + repeated.substring(repeated.length() / 2 + 99) + parts[2];
    assertThat(PostgresSql.DIALECT.parse(shorter, LexerMode.STANDARD).kind()).isNotNull();
  }

  /** The two readers of a text must see the same literals, or one of them sees a statement less. */
  @Test
  void literalsHideNothing() {
    assertThat(ReadSql.parsed(PostgresSql.DIALECT, "SELECT '\\' FROM t -- '"))
        .isEqualTo("READ r:t");
    assertThat(ReadSql.parsed(PostgresSql.DIALECT, "SELECT $x$ ' $x$ FROM t"))
        .isEqualTo("READ r:t");
    assertThat(PostgresSql.DIALECT.parse("SELECT '\\' FROM t -- '", LexerMode.ESCAPES).reads())
        .isEmpty();
  }
}
