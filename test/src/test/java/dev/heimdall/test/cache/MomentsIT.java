package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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
          "mo_immutable(%s)");

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
              + " CREATE VIEW mo_view AS SELECT note::timestamptz AS at FROM mo_rows;"
              + " CREATE VIEW mo_texts AS SELECT note AS at FROM mo_rows");
    }
  }

  @AfterAll
  static void stop() throws IOException {
    drop();
    node.close();
  }

  private static void drop() throws IOException {
    try (RawClient client = client()) {
      client.query(
          "DROP TABLE IF EXISTS mo_rows CASCADE; DROP DOMAIN IF EXISTS mo_domain CASCADE;"
              + " DROP TYPE IF EXISTS mo_pair CASCADE; DROP FUNCTION IF EXISTS mo_sql,"
              + " mo_immutable, mo_plpgsql, mo_declared, mo_into, mo_row");
    }
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
}
