package dev.heimdall.test.cache;

import static dev.heimdall.test.cache.ResultKinds.dropped;
import static dev.heimdall.test.cache.ResultKinds.key;
import static dev.heimdall.test.cache.ResultKinds.notKept;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.cache.ResultKinds.Kind;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kind of what a result of PostgreSQL rests on is treated as the page says. */
@Tag("ci")
class ResultKindsIT {
  private static final String DATABASE = "kinds";

  private static final Duration SOON = Duration.ofSeconds(20);

  private static final String READ = "SELECT a FROM kinds.t";

  private static final String SETTINGS = "settings of the session";

  private static final List<Kind> ALL =
      List.of(
          notKept("the clock", "", "SELECT now(), a FROM kinds.t"),
          notKept("keywords of the clock", "", "SELECT CURRENT_DATE, a FROM kinds.t"),
          notKept(
              "keywords in views",
              "CREATE VIEW kinds.v AS SELECT LOCALTIME, a FROM kinds.t",
              "SELECT * FROM kinds.v"),
          notKept(
              "literals that are times by the clock",
              "",
              "SELECT a FROM kinds.t WHERE 'today' > at"),
          notKept("text that is read as a time", "", "SELECT c::timestamptz FROM kinds.t"),
          notKept(
              "text that a function reads as a time",
              "CREATE FUNCTION kinds.f(text) RETURNS date STABLE LANGUAGE plpgsql AS 'BEGIN RETURN"
                  + " $1; END'",
              "SELECT kinds.f(c) FROM kinds.t"),
          notKept(
              "what an aggregate begins with",
              "CREATE FUNCTION kinds.f(date, int) RETURNS date IMMUTABLE LANGUAGE sql AS 'SELECT"
                  + " $1'; CREATE AGGREGATE kinds.g(int) (SFUNC = kinds.f, STYPE = date, INITCOND ="
                  + " 'today')",
              "SELECT kinds.g(a) FROM kinds.t"),
          notKept(
              "what parameters are by default",
              "CREATE FUNCTION kinds.f(date DEFAULT CURRENT_DATE) RETURNS text STABLE LANGUAGE sql"
                  + " AS 'SELECT $1::text'",
              "SELECT kinds.f() FROM kinds.t"),
          notKept(
              "checks of domains by the clock",
              "CREATE DOMAIN kinds.d AS int CHECK (extract(year FROM now()) > value)",
              "SELECT a::kinds.d FROM kinds.t"),
          notKept("times with a zone and no date", "", "SELECT z FROM kinds.z"),
          notKept(
              "values that are read as whatever type",
              "",
              "SELECT j.* FROM kinds.t, jsonb_populate_record(NULL::kinds.t, '{}') j"),
          notKept("chance", "", "SELECT random(), a FROM kinds.t"),
          notKept("sampled rows", "", "SELECT a FROM kinds.t TABLESAMPLE BERNOULLI (50)"),
          notKept("who locks a row", "", "SELECT xmax, a FROM kinds.t"),
          notKept(
              "who locks a row, in a view",
              "CREATE VIEW kinds.v AS SELECT cmin::text, a FROM kinds.t",
              "SELECT * FROM kinds.v"),
          notKept("sequences", "", "SELECT last_value FROM kinds.s"),
          notKept("who and what the session is", "", "SELECT current_user, a FROM kinds.t"),
          notKept(
              "settings that are asked for",
              "",
              "SELECT current_setting('my.x', true), a FROM" + " kinds.t"),
          notKept(
              "row security",
              "ALTER TABLE kinds.t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON kinds.t USING"
                  + " (c <> current_setting('my.x', true))",
              READ),
          notKept("system tables", "", "SELECT relname, a FROM kinds.t, pg_class"),
          notKept("names of the catalogue", "", "SELECT 'kinds.t'::regclass, a FROM kinds.t"),
          notKept(
              "rights that are asked for",
              "",
              "SELECT has_table_privilege('kinds.t', 'TRUNCATE'), a FROM kinds.t"),
          notKept("comments", "", "SELECT obj_description(tableoid, 'pg_class') FROM kinds.t"),
          notKept("what the server measures", "", "SELECT pg_relation_size(tableoid) FROM kinds.t"),
          notKept("large objects", "", "SELECT lo_get(4711), a FROM kinds.t"),
          notKept(
              "tables of other servers",
              "CREATE FOREIGN DATA WRAPPER kinds_w; CREATE SERVER kinds_s FOREIGN DATA WRAPPER"
                  + " kinds_w; CREATE FOREIGN TABLE kinds.f (a int) SERVER kinds_s; GRANT ALL ON"
                  + " kinds.f TO app",
              "SELECT a FROM kinds.f"),
          notKept(
              "texts that functions run",
              "",
              "SELECT query_to_xml('SELECT a FROM kinds.t', true, true, '') FROM kinds.t"),
          notKept(
              "texts that PL/pgSQL runs",
              "CREATE FUNCTION kinds.f() RETURNS int STABLE LANGUAGE plpgsql AS 'DECLARE i int;"
                  + " BEGIN EXECUTE ''SELECT a FROM kinds.t'' INTO i; RETURN i; END'",
              "SELECT kinds.f() FROM kinds.t"),
          notKept(
              "functions in other languages",
              "CREATE FUNCTION kinds.f(int) RETURNS int IMMUTABLE LANGUAGE internal AS 'int4abs'",
              "SELECT kinds.f(a) FROM kinds.t"),
          notKept(
              "types whose texts are not the same at any time",
              "CREATE TYPE kinds.w; CREATE FUNCTION kinds.i(cstring, oid, int) RETURNS kinds.w"
                  + " STABLE LANGUAGE internal AS 'timestamptz_in'; CREATE FUNCTION"
                  + " kinds.o(kinds.w) RETURNS cstring STABLE LANGUAGE internal AS"
                  + " 'timestamptz_out'; CREATE TYPE kinds.w (INPUT = kinds.i, OUTPUT = kinds.o,"
                  + " LIKE = timestamptz)",
              "SELECT c::kinds.w FROM kinds.t"),
          notKept("locks", "", "SELECT a FROM kinds.t FOR SHARE"),
          key(SETTINGS, "SET DateStyle = 'German'", "SELECT at, a FROM kinds.t"),
          key(SETTINGS, "SET TimeZone = 'Asia/Tokyo'", "SELECT at, a FROM kinds.t"),
          key(
              SETTINGS,
              "SET IntervalStyle = 'iso_8601'",
              "SELECT interval '1 day', a FROM kinds.t"),
          key(SETTINGS, "SET bytea_output = 'escape'", "SELECT b, a FROM kinds.t"),
          key(SETTINGS, "SET extra_float_digits = -5", "SELECT 1/3.0::float8, a FROM kinds.t"),
          key(SETTINGS, "SET xmlbinary = 'hex'", "SELECT xmlelement(name x, b), a FROM kinds.t"),
          key(
              SETTINGS,
              "SET xmloption = 'document'",
              "SELECT xmlserialize(CONTENT c::xml AS text)" + " FROM kinds.t"),
          key(
              SETTINGS,
              "SET default_text_search_config = 'german'",
              "SELECT to_tsvector('running laufen'), a FROM kinds.t"),
          key(SETTINGS, "SET client_encoding = 'LATIN1'", "SELECT e, a FROM kinds.t"),
          key(
              SETTINGS,
              "SET standard_conforming_strings = off",
              "SELECT length('\\\\'), a FROM kinds.t"),
          key(
              SETTINGS,
              "SET transform_null_equals = on",
              "SELECT count(*) FROM kinds.t WHERE n = NULL"),
          key(SETTINGS, "SET quote_all_identifiers = on", "SELECT quote_ident(c), a FROM kinds.t"),
          key(
              SETTINGS,
              "SET array_nulls = off",
              "SELECT ('{NULL,' || c || '}')::text[], a FROM kinds.t"),
          key(SETTINGS, "SET search_path = other", "SELECT a FROM t"),
          dropped("rights", "", READ, "REVOKE ALL ON kinds.t FROM app"),
          dropped(
              "memberships of roles",
              "REVOKE ALL ON kinds.t FROM app; GRANT pg_read_all_data TO app",
              READ,
              "REVOKE pg_read_all_data FROM app"),
          dropped(
              "columns that are computed",
              "CREATE TABLE kinds.g (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL); INSERT INTO"
                  + " kinds.g VALUES (1); GRANT ALL ON kinds.g TO app",
              "SELECT b FROM kinds.g",
              "ALTER TABLE kinds.g ALTER b SET EXPRESSION AS (a + 2)"),
          dropped(
              "names of objects in rows",
              "CREATE TABLE kinds.r AS SELECT 'kinds.t'::regclass AS r; GRANT ALL ON kinds.r TO app",
              "SELECT r FROM kinds.r",
              "ALTER TABLE kinds.t RENAME TO other"),
          dropped(
              "functions and what they are made of",
              "CREATE FUNCTION kinds.f(int) RETURNS int IMMUTABLE LANGUAGE sql BEGIN ATOMIC SELECT"
                  + " $1; END",
              "SELECT kinds.f(a) FROM kinds.t",
              "CREATE OR REPLACE FUNCTION kinds.f(int) RETURNS int IMMUTABLE LANGUAGE sql BEGIN"
                  + " ATOMIC SELECT $1 + 1; END"),
          dropped(
              "functions behind operators, casts and types",
              "CREATE FUNCTION kinds.f(kinds.q) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';"
                  + " CREATE CAST (kinds.q AS int) WITH FUNCTION kinds.f",
              "SELECT q::int FROM kinds.labels",
              "CREATE OR REPLACE FUNCTION kinds.f(kinds.q) RETURNS int IMMUTABLE LANGUAGE sql AS"
                  + " 'SELECT 2'"),
          dropped(
              "views",
              "CREATE VIEW kinds.v AS SELECT a FROM kinds.t; GRANT ALL ON kinds.v TO app",
              "SELECT a FROM kinds.v",
              "CREATE OR REPLACE VIEW kinds.v AS SELECT a + 1 AS a FROM kinds.t"),
          dropped(
              "partitions and heirs",
              "CREATE TABLE kinds.h (a int); INSERT INTO kinds.h VALUES (7)",
              "SELECT count(a) FROM kinds.t",
              "ALTER TABLE kinds.h ADD c text, ADD e text, ADD b bytea, ADD n int, ADD at"
                  + " timestamptz, INHERIT kinds.t"));

  private static TestNode node;
  private static int plains;

  @BeforeAll
  static void start() {
    SharedPostgres.createDatabase(DATABASE);
    node =
        TestNode.start(
            c ->
                c.source("url", SharedPostgres.primary().jdbcUrl(DATABASE))
                    .cluster(SharedPostgres.cluster())
                    .source("cluster.probe.positionInterval", "50ms")
                    .vdb("cache.enabled", true)
                    .vdb("cache.ttl", "1h")
                    .vdb("rules", List.of("cached"))
                    .rules("cached", "{\"action\": \"cache\"}"));
  }

  @AfterAll
  static void stop() {
    node.close();
    SharedPostgres.primary().execute("DROP DATABASE kinds WITH (FORCE)");
  }

  private static void superuser(String statements) throws IOException {
    Target at =
        SharedPostgres.target()
            .in(DATABASE)
            .as(SharedPostgres.cluster().superuser(), SharedPostgres.cluster().password());
    try (RawClient client = RawClient.logIn(at)) {
      assertThat(client.query(statements))
          .as(statements)
          .noneMatch(message -> message.type() == 'E');
    }
  }

  /** Rows, or the error. */
  private static String answer(RawClient client, String sql) throws IOException {
    return client.query(sql).stream()
        .filter(message -> message.type() == 'D' || message.type() == 'E')
        .map(message -> message.type() == 'E' ? message.sqlState() : message.columns().toString())
        .collect(Collectors.joining());
  }

  private static String direct(String set, String sql) throws IOException {
    try (RawClient client = RawClient.logIn(SharedPostgres.target().in(DATABASE))) {
      if (set != null) {
        client.query(set);
      }
      return answer(client, sql);
    }
  }

  private static RawClient client() throws IOException {
    return RawClient.logIn(node.target().in(DATABASE));
  }

  private static String cached(RawClient client) throws IOException {
    return client.queryInfo().getOrDefault("cached", "");
  }

  private static void awaitKept(String sql) {
    String[] last = new String[1];
    Await.until(
        "it is kept",
        SOON,
        () -> {
          try (RawClient client = client()) {
            answer(client, sql);
            last[0] = cached(client);
            return last[0].equals("yes");
          }
        },
        () -> last[0]);
  }

  static List<Kind> kinds() {
    return ALL;
  }

  @Test
  void thePageHasThem() throws IOException {
    TreeSet<String> names = new TreeSet<>();
    ALL.forEach(kind -> names.add(kind.name()));
    assertThat(ResultKinds.ofPage("PostgreSQL")).isEqualTo(names);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void noResultOfItIsOld(Kind kind) throws IOException {
    superuser(
        "DROP SCHEMA IF EXISTS kinds, other CASCADE; DROP FOREIGN DATA WRAPPER IF EXISTS kinds_w"
            + " CASCADE; CREATE SCHEMA kinds; CREATE SCHEMA other; GRANT USAGE ON SCHEMA kinds,"
            + " other TO app; CREATE TABLE kinds.t AS SELECT 1 AS a, 'now' AS c, 'é' AS e,"
            + " '\\x01ff'::bytea AS b, NULL::int AS n, timestamptz '2026-02-01 10:00Z' AS at;"
            + " CREATE TABLE public.t AS SELECT 1 AS a;"
            + " CREATE TABLE other.t AS SELECT 2 AS a; CREATE TABLE kinds.z (z timetz); CREATE"
            + " SEQUENCE kinds.s; CREATE TYPE kinds.q AS ENUM ('m'); CREATE TABLE kinds.labels AS"
            + " SELECT 'm'::kinds.q AS q;"
            + " GRANT ALL ON ALL TABLES IN SCHEMA kinds, public, other TO app; GRANT ALL ON ALL"
            + " SEQUENCES IN SCHEMA kinds TO app");
    try {
      superuser(kind.before());
      // Behind all others: where it is known, they are.
      String plain = "kinds.plain_" + ++plains;
      superuser("CREATE TABLE " + plain + " AS SELECT 1 AS a; GRANT ALL ON " + plain + " TO app");
      awaitKept("SELECT a FROM " + plain);
      check(kind);
    } finally {
      superuser("DROP TABLE public.t; REVOKE pg_read_all_data FROM app");
    }
  }

  private static void check(Kind kind) throws IOException {
    switch (kind.treatment()) {
      case NOT_KEPT -> {
        try (RawClient client = client()) {
          for (int i = 0; i < 2; i++) {
            answer(client, kind.read());
            assertThat(cached(client)).startsWith("no: ").isNotEqualTo("no: it was not there");
          }
        }
      }
      case KEY -> {
        awaitKept(kind.read());
        try (RawClient client = client()) {
          String before = answer(client, kind.read());
          client.query(kind.change());
          String after = direct(kind.change(), kind.read());
          assertThat(after).as("what the setting does").isNotEqualTo(before);
          assertThat(answer(client, kind.read())).isEqualTo(after);
          assertThat(answer(client, kind.read())).isEqualTo(after);
        }
      }
      default -> {
        awaitKept(kind.read());
        try (RawClient client = client()) {
          String before = answer(client, kind.read());
          superuser(kind.change());
          String after = direct(null, kind.read());
          assertThat(after).as("what the change does").isNotEqualTo(before);
          Await.until(
              "it is found", SOON, () -> answer(client, kind.read()).equals(after), () -> "");
        }
      }
    }
  }
}
