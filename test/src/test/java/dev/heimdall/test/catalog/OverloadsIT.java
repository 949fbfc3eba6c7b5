package dev.heimdall.test.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.SharedPostgres;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators and functions of one name are told apart by types, as the server does. */
class OverloadsIT {
  private static final String DRAWS =
      " RETURNS bool VOLATILE LANGUAGE plpgsql AS $$ BEGIN RETURN random() < 0.5; END $$";

  private static final List<String> USUAL = null;

  private static Asked db;

  @BeforeAll
  static void define() throws Exception {
    db =
        Asked.of(
            "overloads",
            "CREATE SCHEMA early",
            "CREATE TYPE mood AS ENUM ('a', 'b')",
            "CREATE DOMAIN code AS text",
            "CREATE DOMAIN number AS int",
            "CREATE TABLE m (i int, b bigint, t text, v varchar, c code, n number, ta text[],"
                + " ia int[])",
            "CREATE TABLE moods (mo mood, i int)",
            "CREATE TABLE other (i text, only_other int)",
            "CREATE FUNCTION like_pg_trgm(text, text)" + DRAWS,
            "CREATE OPERATOR % (LEFTARG = text, RIGHTARG = text, FUNCTION = like_pg_trgm)",
            "CREATE FUNCTION moods(mood, mood)" + DRAWS,
            "CREATE OPERATOR = (LEFTARG = mood, RIGHTARG = mood, FUNCTION = moods)",
            "CREATE FUNCTION numbers(int, int)" + DRAWS,
            "CREATE OPERATOR early.= (LEFTARG = int, RIGHTARG = int, FUNCTION = numbers)",
            "CREATE FUNCTION lower(mood)" + DRAWS,
            "CREATE FUNCTION twice(int)" + DRAWS,
            "CREATE FUNCTION twice(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1 || $1'");
  }

  @AfterAll
  static void close() {
    db.close();
  }

  private static boolean isKept(String sql, List<String> path) {
    return db.resolve(PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD), "app", path).repeatable();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT i % 2 FROM m",
        "SELECT i FROM m WHERE i % $1 = 0",
        "SELECT (i + b) % 3 FROM m",
        "SELECT n % 2 FROM m",
        "SELECT - i % 2 FROM m",
        "SELECT abs(i) % 2 FROM m",
        "SELECT cast(t AS int) % 2, t::int8 % 3 FROM m",
        "SELECT i % ANY (ia) FROM m",
        "SELECT coalesce(i % 2, b % 3) FROM m",
        "SELECT x.b % 2 FROM (SELECT b FROM m) x",
        "WITH x AS (SELECT b FROM m) SELECT b % 2 FROM x",
        "SELECT sum(b % 2) FILTER (WHERE i % 2 = 0) OVER (ORDER BY b % 2) FROM m",
        "SELECT t FROM m WHERE t = 'x' AND (i, t) = (1, 'x') AND v <> $1",
        "SELECT t FROM m WHERE i BETWEEN 1 AND 3 OR t LIKE 'x%' ORDER BY i",
        "SELECT lower(t), lower(v), lower(c) FROM m WHERE lower(t || v) = 'x'",
        "SELECT twice(t), twice(t || v) FROM m",
        "SELECT a.b % 2 FROM m a JOIN other o ON a.b = o.only_other"
      })
  void whatOtherTypesMeanIsNotCounted(String sql) {
    assertThat(isKept(sql, USUAL)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT t % 'x' FROM m",
        "SELECT i FROM m WHERE 'x' % t",
        "SELECT v % 'x' FROM m",
        "SELECT c % t FROM m",
        "SELECT t % $1 FROM m",
        "SELECT 'x' % 'y' FROM m",
        "SELECT i::varchar % 'y' FROM m",
        "SELECT t || v % 'x' FROM m",
        "SELECT (t || v) % 'x' FROM m",
        "SELECT lower(t) % 'x' FROM m",
        "SELECT (SELECT t FROM m LIMIT 1) % 'x' FROM m",
        "SELECT 'x' % ANY (ta) FROM m",
        "SELECT 'x' % ANY (SELECT t FROM m) FROM m",
        "SELECT ta[1] % 'x' FROM m",
        "SELECT t COLLATE \"C\" % 'x' FROM m",
        "SELECT t OPERATOR(public.%) 'x' FROM m",
        "SELECT x.i % 'x' FROM (SELECT t AS i FROM m) x",
        "SELECT x.i % 'x' FROM (SELECT t i FROM m) x",
        "SELECT x.i % 'x' FROM (SELECT i::text FROM m) x",
        "SELECT x.i % 'x' FROM (SELECT t FROM m) x (i)",
        "WITH x (i) AS (SELECT t FROM m) SELECT i % 'x' FROM x",
        "SELECT x.i % 'x' FROM (SELECT i FROM m UNION SELECT 1) x",
        "SELECT i % 'x' FROM m, unnest(ta) i",
        "SELECT i % 'x' FROM other",
        "SELECT m.i FROM m WHERE EXISTS (SELECT FROM other o WHERE o.i % 'x')",
        "SELECT (mo, i) = ('a', 1) FROM moods",
        "SELECT mo = 'a' FROM moods",
        "SELECT i FROM moods WHERE mo IN ('a', 'b')",
        "SELECT CASE mo WHEN 'a' THEN 1 END FROM moods",
        "SELECT nullif(mo, 'a') FROM moods",
        "SELECT a.i FROM moods a JOIN moods b USING (mo)",
        "SELECT mo IS DISTINCT FROM 'a' FROM moods",
        "SELECT lower(mo) FROM moods",
        "SELECT twice(i) FROM m",
        "SELECT twice(1) FROM m",
        "SELECT twice(n) FROM m"
      })
  void whatTheTypesMeanIsCounted(String sql) {
    assertThat(isKept(sql, USUAL)).isFalse();
  }

  @Test
  void theSearchPathDecidesAmongEqualTypes() {
    String read = "SELECT t FROM public.m WHERE i = 1";
    assertThat(isKept(read, List.of("public"))).isTrue();
    assertThat(isKept(read, List.of("early", "public"))).isTrue();
    assertThat(isKept(read, List.of("early", "pg_catalog", "public"))).isFalse();
    assertThat(isKept("SELECT t FROM public.m WHERE i OPERATOR(early.=) 1", List.of("public")))
        .isFalse();
  }

  @Test
  void theDeclaredTypeOfAParameterDecides() throws Exception {
    String type = "SELECT oid::text FROM pg_type WHERE typname = 'mood'";
    try (Connection connection = SharedPostgres.primary().connect("overloads")) {
      int mood = Integer.parseInt(Jdbc.value(connection, type));

      assertThat(db.current().minds(new int[] {mood})).isTrue();
      assertThat(db.current().minds(new int[] {25, 23, 1043})).isFalse();
    }
  }
}
