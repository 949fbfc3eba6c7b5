package dev.heimdall.test.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Functions that are called without their name: behind operators and casts. */
class OperatorsIT {
  private static final String DATABASE = "catalog_operators";
  private static final String BOTH = " (LEFTARG = int, RIGHTARG = int, FUNCTION = ";
  private static Asked db;

  @BeforeAll
  static void define() throws Exception {
    db =
        Asked.of(
            DATABASE,
            "CREATE TABLE rates (a int)",
            "CREATE TABLE audit (a int)",
            "CREATE TABLE plain (a int, b int)",
            "CREATE FUNCTION looks(a int, b int) RETURNS int STABLE LANGUAGE sql AS"
                + " $$ SELECT $1 + $2 + (SELECT count(*) FROM rates)::int $$",
            "CREATE FUNCTION adds(a int, b int) RETURNS int IMMUTABLE LANGUAGE sql AS"
                + " $$ SELECT a + b $$",
            "CREATE OPERATOR <+>" + BOTH + "looks)",
            "CREATE OPERATOR <*>" + BOTH + "adds)",
            "CREATE VIEW rated AS SELECT a <+> b AS c FROM plain",
            "CREATE FUNCTION rated(i int) RETURNS int STABLE LANGUAGE plpgsql AS"
                + " $$ BEGIN RETURN i <+> 1; END $$",
            "CREATE TYPE mood AS ENUM ('good', 'bad')");
  }

  @AfterAll
  static void close() {
    db.close();
  }

  private static Statement resolve(String sql) {
    return db.resolve(PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD));
  }

  @Test
  void anOperatorReadsWhatItsFunctionReads() {
    for (String sql :
        new String[] {
          "SELECT a <+> b FROM plain",
          "SELECT a OPERATOR(public.<+>) b FROM plain",
          "SELECT 1 FROM plain WHERE a <+> b > 0",
          "SELECT c FROM rated",
          "SELECT rated(a) FROM plain"
        }) {
      Statement read = resolve(sql);
      assertThat(read.tablesRead()).as(sql).contains(DATABASE + ".rates", DATABASE + ".plain");
    }
    assertThat(resolve("SELECT a <+> b FROM plain").readOnly()).isTrue();
    assertThat(resolve("SELECT c FROM rated").readOnly()).isTrue();
  }

  @Test
  void anOperatorThatIsNotWrittenIsNotRead() {
    Statement read = resolve("SELECT a <*> b, a + b, a <> b, a != b, -a FROM plain");
    assertThat(read.readOnly()).isTrue();
    assertThat(read.repeatable()).isTrue();
    assertThat(read.tablesRead()).containsExactly(DATABASE + ".plain");
  }

  @Test
  void anOperatorThatIsTooNewMayDoAnything() {
    Statement unknown = resolve("SELECT a <<<>>> b FROM plain");
    assertThat(unknown.readOnly()).isFalse();
    assertThat(unknown.reason()).contains("operator <<<>>>");
  }

  @Test
  void operatorsAndCastsThatWriteAreNoReads() throws Exception {
    try (Asked own =
        Asked.of(
            "catalog_writing_operators",
            "CREATE TABLE audit (a int)",
            "CREATE TABLE plain (a int, b int)",
            "CREATE FUNCTION notes(a int, b int) RETURNS int LANGUAGE sql AS"
                + " $$ INSERT INTO audit VALUES (a) RETURNING a $$",
            "CREATE OPERATOR <+>" + BOTH + "notes)")) {
      Statement write =
          own.resolve(PostgresSql.DIALECT.parse("SELECT a <+> b FROM plain", LexerMode.STANDARD));
      assertThat(write.readOnly()).isFalse();
      assertThat(write.tablesWritten()).containsExactly("catalog_writing_operators.audit");
      own.change("DROP OPERATOR <+> (int, int)");
      assertThat(
              own.resolve(PostgresSql.DIALECT.parse("SELECT a + b FROM plain", LexerMode.STANDARD))
                  .readOnly())
          .isTrue();
      own.change(
          "CREATE TYPE mood AS (a int)",
          "CREATE FUNCTION to_mood(int) RETURNS mood LANGUAGE plpgsql AS"
              + " $$ BEGIN INSERT INTO audit VALUES ($1); RETURN NULL; END $$",
          "CREATE CAST (int AS mood) WITH FUNCTION to_mood(int)");
      Statement cast =
          own.resolve(PostgresSql.DIALECT.parse("SELECT a::mood FROM plain", LexerMode.STANDARD));
      assertThat(cast.readOnly()).isFalse();
      assertThat(cast.tablesWritten()).containsExactly("catalog_writing_operators.audit");
      own.change(
          "CREATE OR REPLACE FUNCTION to_mood(int) RETURNS mood STABLE LANGUAGE plpgsql AS"
              + " $$ BEGIN RETURN (SELECT row(a)::mood FROM audit); END $$");
      Statement varying =
          own.resolve(PostgresSql.DIALECT.parse("SELECT a::mood FROM plain", LexerMode.STANDARD));
      assertThat(varying.readOnly()).isTrue();
      assertThat(varying.repeatable()).isFalse();
    }
  }

  @Test
  void whatIsNotNamedTakesPartOnlyWhereItsTypesDo() throws Exception {
    try (Asked own =
        Asked.of(
            "catalog_unnamed",
            "CREATE FUNCTION locks(t text) RETURNS boolean LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM pg_advisory_lock(1); RETURN true; END $$",
            "CREATE DOMAIN checked AS text CHECK (locks(VALUE))",
            "CREATE FUNCTION given() RETURNS int LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM locks(''); RETURN 1; END $$",
            "CREATE DOMAIN defaulted AS int DEFAULT given()",
            "CREATE FUNCTION both_locked(a int, b int) RETURNS boolean LANGUAGE sql AS"
                + " $$ SELECT locks('') $$",
            "CREATE OPERATOR ###" + BOTH + "both_locked, COMMUTATOR = ##*)",
            "CREATE TYPE mood AS (a int)",
            "CREATE FUNCTION before(a mood, b mood) RETURNS boolean LANGUAGE sql AS"
                + " $$ SELECT locks('') $$",
            "CREATE OPERATOR < (LEFTARG = mood, RIGHTARG = mood, FUNCTION = before)",
            "CREATE TYPE pair AS (c checked, d int)",
            "CREATE TABLE plain (a int, b text)",
            "CREATE TABLE marked (a int, b checked)",
            "CREATE TABLE numbered (a int, b defaulted)",
            "CREATE TABLE moods (a mood)",
            "CREATE VIEW converted AS SELECT b::checked AS c, a FROM plain",
            "CREATE VIEW shown AS SELECT (b::checked)::text AS c FROM plain",
            "CREATE FUNCTION takes(c checked) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$",
            "CREATE FUNCTION has_one(t text) RETURNS int LANGUAGE plpgsql AS"
                + " $$ DECLARE c checked := t; BEGIN RETURN 1; END $$")) {
      for (String harmless :
          new String[] {
            "SELECT 1",
            "SELECT * FROM plain",
            "SELECT * FROM marked",
            "SELECT count(*), b || 'x' FROM plain WHERE a = 1 GROUP BY b ORDER BY b",
            "INSERT INTO plain VALUES (1, 'x')",
            "UPDATE plain SET a = 2 WHERE b IN ('x', 'y')",
            "SELECT a::text FROM plain"
          }) {
        Statement found = own.resolve(PostgresSql.DIALECT.parse(harmless, LexerMode.STANDARD));
        assertThat(found.changesSession()).as(harmless).isNull();
      }
      for (String harmful :
          new String[] {
            "SELECT 'x'::checked",
            "SELECT checked 'x'",
            "SELECT CAST(b AS checked) FROM plain",
            "SELECT '(a,1)'::pair",
            "SELECT ARRAY['x']::checked[]",
            "INSERT INTO marked VALUES (1, 'x')",
            "UPDATE marked SET b = 'y'",
            "COPY marked FROM STDIN (FORMAT csv)",
            "INSERT INTO numbered (a) VALUES (1)",
            "SELECT 1 ### 2",
            "SELECT 1 ##* 2",
            "SELECT c FROM converted",
            "SELECT c FROM shown",
            "SELECT takes('x')",
            "SELECT has_one('x')",
            "SELECT a FROM moods ORDER BY a",
            "SELECT jsonb_populate_record(NULL::marked, '{}')",
            "DO $$ DECLARE c checked := 'x'; BEGIN END $$"
          }) {
        Statement found = own.resolve(PostgresSql.DIALECT.parse(harmful, LexerMode.STANDARD));
        assertThat(found.changesSession()).as(harmful).isNotNull();
      }
    }
  }
}
