package dev.heimdall.engine.dialect.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.TableName;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutineReaderTest {
  private static RoutineBody plpgsql(String statements) {
    return RoutineReader.read("DECLARE a int; BEGIN " + statements + " END", true);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "INSERT INTO t VALUES (1); ~ t=[INSERT]",
        "INSERT INTO s.\"T\" (a) SELECT 1 ON CONFLICT (a) DO UPDATE SET a = 2;"
            + " ~ s.T=[INSERT, UPDATE]",
        "UPDATE ONLY t AS x SET a = 1; ~ t=[UPDATE]",
        "DELETE FROM ONLY (t); ~ t=[DELETE]",
        "TRUNCATE TABLE t, s.u *, v CASCADE; ~ t=[TRUNCATE] s.u=[TRUNCATE] v=[TRUNCATE]",
        "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED AND u.b THEN DELETE"
            + " WHEN MATCHED THEN UPDATE SET a = 1 WHEN NOT MATCHED THEN INSERT (a) VALUES (1);"
            + " ~ t=[INSERT, UPDATE, DELETE]",
        "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DO NOTHING; ~ t=[]",
        "WITH d AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM d;"
            + " ~ t=[DELETE] u=[INSERT]",
        "IF TG_OP = 'INSERT' THEN DELETE FROM t; ELSE UPDATE u SET a = 1; END IF;"
            + " ~ t=[DELETE] u=[UPDATE]",
        "SELECT a INTO b FROM t; -- DELETE FROM u ~ ",
        "RAISE NOTICE 'DELETE FROM t'; ~ ",
      })
  void tablesThatAreWrittenAreFound(String statements, String expected) {
    RoutineBody body = plpgsql(statements);

    StringBuilder found = new StringBuilder();
    for (Map.Entry<TableName, ?> target : body.targets().entrySet()) {
      found.append(found.isEmpty() ? "" : " ").append(target);
    }
    assertThat(found.toString()).isEqualTo(expected == null ? "" : expected);
    assertThat(body.understood()).isTrue();
    assertThat(body.definesOrCopies()).isFalse();
    assertThat(body.dynamic()).isFalse();
    assertThat(body.changesSession()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "SET search_path = x; ~ SET",
        "RESET ALL; ~ RESET",
        "LISTEN x; ~ LISTEN",
        "DISCARD PLANS; ~ DISCARD",
        "PREPARE TRANSACTION x; ~ PREPARE",
        "CREATE TEMP TABLE x (a int); ~ TEMPORARY",
        "CREATE TABLE pg_temp.x (a int); ~ pg_temp",
        "IF a THEN SET x = 1; END IF; ~ SET",
        "UPDATE t SET a = 1; SET x = 2; ~ SET"
      })
  void changesOfTheSessionAreFound(String statements, String expected) {
    assertThat(plpgsql(statements).changesSession()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET LOCAL search_path = x;",
        "SET TRANSACTION READ ONLY;",
        "SET CONSTRAINTS ALL DEFERRED;",
        "UPDATE t SET a = 1, b = 2 WHERE c;",
        "temp := 1; a := temp + load; reset := a;",
        "SELECT max(i) INTO temporary FROM t;",
        "SELECT i INTO STRICT a FROM t; FETCH c INTO temp;",
        "INSERT INTO temp VALUES (1);"
      })
  void whatEndsWithTheTransactionIsNoChangeOfTheSession(String statements) {
    assertThat(plpgsql(statements).changesSession()).isNull();
  }

  @Test
  void selectIntoMakesATableInSqlOnly() {
    String statement = "SELECT i INTO TEMP x FROM t";
    assertThat(RoutineReader.read(statement, false).changesSession()).isEqualTo("TEMPORARY");
    assertThat(RoutineReader.read(statement, true).changesSession()).isNull();
  }

  @Test
  void settingsOfTheTransactionAreNoCallsOfInterest() {
    assertThat(plpgsql("PERFORM set_config('a', b, true);").calls()).isEmpty();
    assertThat(plpgsql("PERFORM set_config('a', b, is_local => true);").calls()).isEmpty();
    assertThat(plpgsql("PERFORM set_config('a', (b), a > true);").calls()).hasSize(1);
    assertThat(plpgsql("PERFORM set_config('a', b, local);").calls()).hasSize(1);
    assertThat(plpgsql("PERFORM set_config('a', f(true), false);").calls())
        .extracting(FunctionName::name)
        .contains("set_config");
  }

  @Test
  void theRandomSeedOutlivesTheTransactionForWhichItIsSet() {
    assertThat(plpgsql("PERFORM set_config('seed', '0.5', true);").calls()).hasSize(1);
    assertThat(plpgsql("PERFORM set_config('SEED', v, is_local => true);").calls()).hasSize(1);
    assertThat(plpgsql("SET LOCAL seed = 0.5;").changesSession()).isEqualTo("SET LOCAL seed");
    assertThat(plpgsql("SET LOCAL work_mem = '1MB';").changesSession()).isNull();
    assertThat(plpgsql("PERFORM set_config('seeds', v, true);").maySeed()).isFalse();
    for (String name : new String[] {"v", "'se' || 'ed'", "E'seed'", "lower('SEED')"}) {
      String call = "PERFORM set_config(" + name + ", '0.5', true);";
      assertThat(plpgsql(call).maySeed()).as(call).isTrue();
      assertThat(plpgsql(call).changesSession()).as(call).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE x (a int);",
        "COPY t FROM '/x';",
        "REFRESH MATERIALIZED VIEW v;",
        "GRANT SELECT ON t TO u;",
        "DO 'x';"
      })
  void definitionsAreFound(String statements) {
    assertThat(plpgsql(statements).definesOrCopies()).isTrue();
  }

  @Test
  void intoNamesATableOnlyOutsideOfProcedures() {
    assertThat(RoutineReader.read("SELECT 1 AS a INTO t", false).definesOrCopies()).isTrue();
    assertThat(RoutineReader.read("INSERT INTO t SELECT 1", false).definesOrCopies()).isFalse();
  }

  @Test
  void dynamicStatementsLocksAndNotificationsAreFound() {
    assertThat(plpgsql("EXECUTE a;").dynamic()).isTrue();
    assertThat(plpgsql("FOR r IN EXECUTE a LOOP END LOOP;").dynamic()).isTrue();
    assertThat(plpgsql("PERFORM 1 FROM t FOR NO KEY UPDATE;").locks()).isTrue();
    assertThat(plpgsql("PERFORM 1 FROM t FOR KEY SHARE;").locks()).isTrue();
    assertThat(plpgsql("LOCK TABLE t;").locks()).isTrue();
    assertThat(plpgsql("NOTIFY x;").calls())
        .containsExactly(new FunctionName("pg_catalog", "pg_notify"));
  }

  @Test
  void namesThatCouldBeReadOrCalledAreThere() {
    RoutineBody body =
        plpgsql("a := (SELECT count(*) FROM s.t x JOIN \"U\" USING (i)); PERFORM s.f(x.g);");

    assertThat(body.mentioned())
        .contains(new TableName(null, "s", "t"), new TableName(null, null, "U"));
    assertThat(body.calls()).contains(new FunctionName("s", "f"), new FunctionName(null, "count"));
    assertThat(body.attributes()).contains("g");
    assertThat(plpgsql("a := CURRENT_DATE;").calls())
        .containsExactly(new FunctionName("pg_catalog", "current_date"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"RAISE 'x", "/* x", "SELECT U&\"\\0061\"(1);", "DELETE FROM;"})
  void whatCannotBeReadIsNotUnderstood(String statements) {
    assertThat(RoutineReader.read("BEGIN " + statements, true).understood()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RETURN '\\'' || (SELECT a FROM t) --'\n;",
        "RETURN '\\' || (SELECT a FROM t) --'\n;",
        "RETURN replace(a, '\\', '/');",
      })
  void whatIsCutOtherwiseWhereBackslashesEscapeIsNotUnderstood(String statements) {
    assertThat(plpgsql(statements).understood()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RETURN a ~ '\\d+' OR a LIKE '%\\_' OR a = E'\\'' OR a = '\\\\';",
        "RETURN $x$\\$x$ || 'it''s' /* '\\' */; -- '\\'",
      })
  void whatIsCutAlikeIsUnderstoodThoughItHasBackslashes(String statements) {
    assertThat(plpgsql(statements).understood()).isTrue();
  }

  @Test
  void aBodyOfSqlThatCannotRunOtherwiseIsUnderstood() {
    assertThat(RoutineReader.read("SELECT replace($1, '\\', '/')", false).understood()).isTrue();
    assertThat(RoutineReader.read("SELECT '\\' , a FROM t --'", false).understood()).isFalse();
  }

  @Test
  void aNameWithABackslashMayBeAnother() {
    String call = "PERFORM set_config('se\\145d', '0', true);";
    assertThat(plpgsql(call).maySeed()).isTrue();
    assertThat(plpgsql(call.replace("\\145", "a")).maySeed()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "b := 'now';",
        "b := 'n\\x6fw';",
        "b := E'n\\x6fw';",
        "b := 'no'\n'w';",
        "b := a::timestamptz;",
        "b := a::app.of_users;",
        "b := CAST(a || 'w' AS date);",
        "b := date(a);",
        "b := timetz '10:00';",
        "r.b := a;",
        "r.b = a;",
        "SELECT a INTO STRICT r.b;",
        "DECLARE b timestamptz := a; BEGIN END;",
        "DECLARE b CONSTANT t.c%TYPE := a; BEGIN END;",
      })
  void whatIsReadByTheClockIsFound(String statements) {
    assertThat(plpgsql(statements).calls())
        .contains(new FunctionName("pg_catalog", "timestamptz_in"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "b := 'known \\d+';",
        "b := a::text || 1::int;",
        "b := '2026-01-01'::date; c := CAST('2026-01-01' AS date);",
        "SELECT date, time FROM t WHERE date > '2026-01-01';",
        "SELECT a AS total INTO b FROM t;",
        "DECLARE b text := 'x'; r record; c CURSOR FOR SELECT 1; d numeric(10,2); BEGIN END;",
      })
  void constantsAndWhatIsNoTimeAreNot(String statements) {
    assertThat(plpgsql(statements).calls())
        .doesNotContain(new FunctionName("pg_catalog", "timestamptz_in"));
  }
}
