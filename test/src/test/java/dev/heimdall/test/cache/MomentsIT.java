package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What PostgreSQL answers otherwise at another time is not kept: expressions of all kinds in which
 * text becomes a time, each evaluated twice.
 */
class MomentsIT {
  private static final List<String> OPERANDS =
      List.of(
          "'now'",
          "E'n\\x6fw'",
          "U&'n\\006fw'",
          "$$now$$",
          "'no'\n'w'",
          "note",
          "c",
          "d",
          "a[1]",
          "j->>'at'",
          "r.note",
          "upper(note)",
          "lower('NOW')",
          "note||''",
          "('no'||'w')",
          "chr(110)||'ow'",
          "convert_from('\\x6e6f77','UTF8')",
          "coalesce(note,'')",
          "(SELECT note FROM mo_rows)",
          "CASE WHEN true THEN note END",
          "'nowhere'::varchar(3)",
          "note::text::varchar");

  private static final List<String> FORMS =
      List.of(
          "(%s)::timestamptz",
          "cast(%s AS timestamptz)",
          "cast(%s AS timestamp(3) without time zone)",
          "(%s)::time",
          "cast(%s AS time with time zone)",
          "timestamptz(%s)",
          "\"timestamp\"(%s)",
          "pg_catalog.timestamptz(%s)",
          "\"time\"(%s)",
          "(%s)::text::timestamp",
          "(%s)::mo_domain",
          "(%s)::public.mo_domain",
          "cast('('||(%s)||')' AS mo_pair)",
          "('{'||(%s)||'}')::timestamptz[]",
          "('{\"('||(%s)||')\"}')::mo_pair[]",
          "('['||(%s)||',]')::tstzrange",
          "('{['||(%s)||',]}')::tsmultirange",
          "array[%s]::timestamptz[]",
          "(array[%s])[1]::timestamptz",
          "string_to_array(%s,',')::timestamp[]",
          "(SELECT x::timestamptz FROM unnest(array[%s]) x)",
          "(SELECT x::timestamptz FROM (SELECT %s) y(x))",
          "(WITH y(at) AS (SELECT %s) SELECT at::timestamptz FROM y)",
          "(SELECT at::timestamptz FROM (SELECT (%s)::text AS at UNION SELECT NULL) y WHERE at >"
              + " '')",
          "row(%s)::mo_pair",
          "jsonb_populate_record(NULL::mo_pair,jsonb_build_object('at',%s))",
          "(SELECT x.at FROM json_to_record(json_build_object('at',%s)) AS x(at timestamptz))",
          "(SELECT x.at FROM json_populate_recordset(NULL::mo_pair,"
              + "json_build_array(json_build_object('at',%s))) x)",
          "json_value(jsonb_build_object('at',%s),'$.at' RETURNING timestamptz)",
          "(SELECT x.at FROM json_table(jsonb_build_object('at',%s),'$' COLUMNS"
              + " (at timestamptz PATH '$.at')) x)",
          "(SELECT x.at FROM xmltable('/a' PASSING xmlelement(name a,%s) COLUMNS at timestamptz"
              + " PATH '.') x)",
          "timestamptz_in(textout(%s),0,-1)",
          "mo_sql(%s)",
          "mo_plpgsql(%s)",
          "mo_declared(%s)",
          "mo_into(%s)",
          "mo_row(%s)",
          "mo_immutable(%s)",
          "mo_result(at,%s)",
          "mo_alias(at,%s)",
          "mo_zero(at,%s)",
          "mo_given(at,%s)",
          "(mo_filled(%s)).at",
          "mo_pair(row(at)::mo_pair,%s)",
          "mo_loop(at,%s)",
          "mo_each(at,%s)",
          "mo_fetch(at,%s)",
          "mo_second(at,%s)",
          "mo_element(array[at],%s)",
          "mo_commented(at,%s)",
          "mo_cursor(%s)",
          "mo_field(%s)",
          "mo_default()||left(%s,0)",
          "mo_keyword()||left(%s,0)",
          "mo_aggregate(%s)",
          "mo_same((%s)::mo_label)",
          "(%s)::mo_when",
          "(%s)::mo_when_domain",
          "mo_first(%s)",
          "mo_first(%s) OVER ()",
          "mo_first_pair(%s)",
          "mo_first_range(%s)",
          "mo_first_moving(%s) OVER (ROWS CURRENT ROW)",
          "mo_first_sql(%s)",
          "(SELECT mo_first_each FROM (SELECT %s) x, mo_first_each)");

  /** What says the same all day, so that two answers of one test cannot tell. */
  private static final List<String> OF_A_DAY =
      List.of(
          "SELECT mo_first_day(n) FROM mo_rows",
          "SELECT mo_first_eve(n) FROM mo_rows",
          "SELECT mo_first_zone(n) FROM mo_rows",
          "SELECT n FROM mo_zones WHERE z > '10:00'",
          "SELECT n FROM mo_zones",
          "SELECT w FROM mo_whens");

  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    node =
        TestNode.start(
            c ->
                c.cluster(SharedPostgres.cluster())
                    .vdb("cache.enabled", true)
                    .vdb("rules", List.of("cached"))
                    .rules("cached", "{\"action\": \"cache\"}"));
    drop();
    superuser(
        "CREATE TYPE mo_when; CREATE FUNCTION mo_when_in(cstring, oid, int) RETURNS mo_when STABLE"
            + " STRICT LANGUAGE internal AS 'timestamptz_in'; CREATE FUNCTION mo_when_out(mo_when)"
            + " RETURNS cstring STABLE STRICT LANGUAGE internal AS 'timestamptz_out'; CREATE TYPE"
            + " mo_when (INPUT = mo_when_in, OUTPUT = mo_when_out, LIKE = timestamptz)");
    try (RawClient client = client()) {
      client.query(
          "CREATE TABLE mo_rows (note text, v varchar, c char(6), n name, d text, a text[],"
              + " j jsonb, at timestamptz);"
              + " INSERT INTO mo_rows VALUES"
              + " ('now', 'now', 'now', 'now', 'now', '{now}', '{\"at\": \"now\"}', '2026-01-01');"
              + " CREATE DOMAIN mo_domain AS timestamptz;"
              + " CREATE TYPE mo_pair AS (at timestamptz);"
              + " CREATE FUNCTION mo_sql(text) RETURNS timestamptz STABLE LANGUAGE sql"
              + " AS 'SELECT CAST($1 AS timestamptz)';"
              + " CREATE FUNCTION mo_immutable(text) RETURNS timestamptz IMMUTABLE LANGUAGE sql"
              + " AS 'SELECT $1::timestamptz';"
              + " CREATE FUNCTION mo_plpgsql(t text) RETURNS timestamptz STABLE LANGUAGE plpgsql"
              + " AS 'BEGIN RETURN t; END';"
              + " CREATE FUNCTION mo_declared(t text) RETURNS text STABLE LANGUAGE plpgsql"
              + " AS 'DECLARE at timestamptz := t; BEGIN RETURN at; END';"
              + " CREATE FUNCTION mo_into(t text, OUT at timestamptz) STABLE LANGUAGE plpgsql"
              + " AS 'BEGIN SELECT t INTO at; END';"
              + " CREATE FUNCTION mo_row(t text) RETURNS text STABLE LANGUAGE plpgsql"
              + " AS 'DECLARE r mo_rows%ROWTYPE; BEGIN r.at = t; RETURN r.at; END';"
              + " CREATE FUNCTION mo_result(a anyelement, t text) RETURNS anyelement STABLE"
              + " LANGUAGE plpgsql AS 'BEGIN RETURN t; END';"
              + " CREATE FUNCTION mo_alias(anyelement, text) RETURNS anyelement STABLE"
              + " LANGUAGE plpgsql AS 'DECLARE r ALIAS FOR $0; BEGIN r := $2; RETURN r; END';"
              + " CREATE FUNCTION mo_zero(anyelement, text) RETURNS anyelement STABLE"
              + " LANGUAGE plpgsql AS 'BEGIN $0 := $2; RETURN $0; END';"
              + " CREATE FUNCTION mo_given(a anyelement, t text) RETURNS text STABLE"
              + " LANGUAGE plpgsql AS 'BEGIN a := t; RETURN a; END';"
              + " CREATE FUNCTION mo_filled(t text, OUT p mo_pair) STABLE LANGUAGE plpgsql"
              + " AS 'BEGIN SELECT t INTO p; END';"
              + " CREATE FUNCTION mo_pair(p mo_pair, t text) RETURNS text STABLE LANGUAGE plpgsql"
              + " AS 'BEGIN p := row(t); RETURN p; END';"
              + " CREATE FUNCTION mo_loop(a timestamptz, t text) RETURNS text STABLE"
              + " LANGUAGE plpgsql AS 'BEGIN FOR a IN SELECT t LOOP RETURN a; END LOOP; END';"
              + " CREATE FUNCTION mo_each(a timestamptz, t text) RETURNS text STABLE LANGUAGE"
              + " plpgsql AS 'BEGIN FOREACH a IN ARRAY ARRAY[t] LOOP RETURN a; END LOOP; END';"
              + " CREATE FUNCTION mo_fetch(a timestamptz, t text) RETURNS text STABLE LANGUAGE"
              + " plpgsql AS 'DECLARE c CURSOR FOR SELECT t; BEGIN OPEN c; FETCH c INTO a;"
              + " RETURN a; END';"
              + " CREATE FUNCTION mo_second(a timestamptz, t text) RETURNS text STABLE LANGUAGE"
              + " plpgsql AS 'DECLARE b text; BEGIN SELECT t, t INTO b, a; RETURN a; END';"
              + " CREATE FUNCTION mo_element(a timestamptz[], t text) RETURNS text STABLE LANGUAGE"
              + " plpgsql AS 'BEGIN a[1] = t; RETURN a; END';"
              + " CREATE FUNCTION mo_commented(timestamptz, t text) RETURNS text STABLE LANGUAGE"
              + " plpgsql AS 'DECLARE b int; BEGIN b = 1; /* = */ $1 /* = */ = t; RETURN $1; END';"
              + " CREATE FUNCTION mo_cursor(t text) RETURNS text STABLE LANGUAGE plpgsql"
              + " AS 'DECLARE c CURSOR (n int, x timestamptz) FOR SELECT x::text; r text;"
              + " BEGIN OPEN c(1, t); FETCH c INTO r; RETURN r; END';"
              + " CREATE FUNCTION mo_field(t text) RETURNS text STABLE LANGUAGE plpgsql"
              + " AS 'DECLARE r record; i int; BEGIN SELECT now() AS at INTO r;"
              + " SELECT 1, t INTO i, r.at; RETURN r.at; END';"
              + " CREATE FUNCTION mo_default(a timestamptz DEFAULT lower('NO'||'W')::timestamptz)"
              + " RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1::text';"
              + " CREATE FUNCTION mo_keyword(a timestamptz DEFAULT CURRENT_TIMESTAMP)"
              + " RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1::text';"
              + " CREATE FUNCTION mo_final(text) RETURNS timestamptz STABLE LANGUAGE sql"
              + " AS 'SELECT $1::timestamptz';"
              + " CREATE FUNCTION mo_last(text, text) RETURNS text IMMUTABLE LANGUAGE sql"
              + " AS 'SELECT $2';"
              + " CREATE AGGREGATE mo_aggregate(text) (SFUNC = mo_last, STYPE = text,"
              + " FINALFUNC = mo_final);"
              + " CREATE FUNCTION mo_keep(anyelement, text) RETURNS anyelement IMMUTABLE"
              + " LANGUAGE sql AS 'SELECT $1';"
              + " CREATE AGGREGATE mo_first(text) (SFUNC = mo_keep, STYPE = timestamptz,"
              + " INITCOND = 'Now');"
              + " CREATE AGGREGATE mo_first_day(text) (SFUNC = mo_keep, STYPE = date,"
              + " INITCOND = 'today');"
              + " CREATE AGGREGATE mo_first_eve(text) (SFUNC = mo_keep, STYPE = timestamptz[],"
              + " INITCOND = '{\"yesterday\",infinity}');"
              + " CREATE AGGREGATE mo_first_zone(text) (SFUNC = mo_keep, STYPE = timetz,"
              + " INITCOND = '10:00');"
              + " CREATE AGGREGATE mo_first_pair(text) (SFUNC = mo_keep, STYPE = mo_pair,"
              + " INITCOND = '(now)');"
              + " CREATE AGGREGATE mo_first_range(text) (SFUNC = mo_keep, STYPE = tstzrange,"
              + " INITCOND = '[now,]');"
              + " CREATE AGGREGATE mo_first_moving(text) (SFUNC = mo_keep, STYPE = timestamptz,"
              + " INITCOND = '2026-01-01', MSFUNC = mo_keep, MINVFUNC = mo_keep,"
              + " MSTYPE = timestamptz, MINITCOND = 'now');"
              + " CREATE AGGREGATE mo_constant(text) (SFUNC = mo_keep, STYPE = text,"
              + " INITCOND = 'nowhere');"
              + " CREATE FUNCTION mo_count(a name, t text) RETURNS int STABLE LANGUAGE plpgsql"
              + " AS 'DECLARE c int; BEGIN c := length(t); RETURN c; END';"
              + " CREATE FUNCTION mo_first_sql(text) RETURNS timestamptz STABLE LANGUAGE sql"
              + " AS 'SELECT mo_first($1)';"
              + " CREATE VIEW mo_first_each AS SELECT mo_first(note) FROM mo_rows;"
              + " CREATE TYPE mo_label AS ENUM ('now', 'NOW', 'nowhere');"
              + " CREATE CAST (mo_label AS timestamptz) WITH INOUT AS IMPLICIT;"
              + " CREATE FUNCTION mo_same(timestamptz) RETURNS timestamptz IMMUTABLE LANGUAGE sql"
              + " AS 'SELECT $1';"
              + " CREATE DOMAIN mo_when_domain AS mo_when;"
              + " CREATE TABLE mo_whens (w mo_when_domain);"
              + " CREATE DOMAIN mo_zone_domain AS timetz;"
              + " CREATE TABLE mo_zones (n int, z mo_zone_domain);"
              + " CREATE VIEW mo_view AS SELECT note::timestamptz AS at FROM mo_rows;"
              + " CREATE VIEW mo_texts AS SELECT note AS at FROM mo_rows");
    }
  }

  @AfterAll
  static void stop() throws IOException {
    drop();
    node.close();
  }

  private static void superuser(String statements) throws IOException {
    Target target =
        SharedPostgres.target()
            .as(SharedPostgres.cluster().superuser(), SharedPostgres.cluster().password());
    try (RawClient client = RawClient.logIn(target)) {
      client.query(statements);
    }
  }

  private static void drop() throws IOException {
    superuser(
        "DROP TABLE IF EXISTS mo_rows, mo_zones, mo_whens CASCADE; DROP TYPE IF EXISTS mo_when,"
            + " mo_pair, mo_label CASCADE; DROP DOMAIN IF EXISTS mo_domain, mo_zone_domain CASCADE;"
            + " DROP FUNCTION IF EXISTS mo_keep, mo_sql, mo_immutable, mo_plpgsql, mo_declared,"
            + " mo_into, mo_row, mo_result, mo_alias, mo_zero, mo_given, mo_loop, mo_each,"
            + " mo_fetch, mo_first_sql, mo_count, mo_second, mo_element, mo_commented, mo_cursor,"
            + " mo_field, mo_default, mo_keyword, mo_final, mo_last, mo_same CASCADE");
  }

  private static RawClient client() throws IOException {
    return RawClient.logIn(node.target());
  }

  private static List<String> statements() {
    List<String> all = new ArrayList<>();
    for (String operand : OPERANDS) {
      for (String form : FORMS) {
        all.add("SELECT " + form.formatted(operand) + " AS moved FROM mo_rows r");
      }
    }
    all.add("SELECT * FROM mo_view");
    all.add("SELECT at::timestamptz FROM mo_texts");
    all.add("SELECT (at)::timestamptz FROM mo_texts");
    all.add("SELECT date_trunc('second', at::timestamp) FROM mo_texts, pg_sleep(0)");
    return all;
  }

  /** Null for an error. */
  private static String answer(RawClient client, String sql) throws IOException {
    client.send(Frontend.query(sql));
    List<Message> answer = client.untilReady();
    return answer.stream().anyMatch(message -> message.type() == 'E')
        ? null
        : answer.stream().filter(m -> m.type() == 'D').map(Message::columns).toList().toString();
  }

  @Test
  void whatIsAnotherOneAMomentLaterIsNotKept() throws IOException {
    TreeSet<String> kept = new TreeSet<>();
    int moving = 0;
    try (RawClient client = client();
        RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      Await.until(
          "the catalogue is read",
          () -> {
            answer(client, "SELECT n FROM mo_rows");
            return client.queryInfo().getOrDefault("cached", "").equals("yes");
          });
      for (String sql : statements()) {
        String first = answer(direct, sql);
        if (first == null || first.equals(answer(direct, sql))) {
          continue;
        }
        moving++;
        answer(client, sql);
        if (!client
            .queryInfo()
            .getOrDefault("cached", "")
            .startsWith("no: its result rests on more than its tables")) {
          kept.add(sql + ": " + client.queryInfo().getOrDefault("cached", ""));
        }
      }
    }
    assertThat(kept).isEmpty();
    assertThat(moving).isGreaterThan(300);
  }

  @Test
  void whatIsAnotherOneOnAnotherDayIsNotKept() throws IOException {
    try (RawClient client = client()) {
      for (String sql : OF_A_DAY) {
        answer(client, sql);
        assertThat(client.queryInfo().getOrDefault("cached", ""))
            .as(sql)
            .startsWith("no: its result rests on more than its tables");
      }
    }
  }

  /** What is like those above, and the same at any time. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT mo_keep(at, note) FROM mo_rows",
        "SELECT mo_constant(n) FROM mo_rows",
        "SELECT mo_count(n, note) FROM mo_rows"
      })
  void whatIsTheSameAtAnyTimeIsKept(String sql) throws IOException {
    try (RawClient client = client()) {
      Await.until(
          "it is cached",
          () -> {
            answer(client, sql);
            return client.queryInfo().getOrDefault("cached", "").equals("yes");
          });
    }
  }
}
