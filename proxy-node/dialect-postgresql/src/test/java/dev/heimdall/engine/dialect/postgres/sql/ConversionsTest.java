package dev.heimdall.engine.dialect.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.ParsedStatement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where text is read as a time, the result is another one at another time. */
class ConversionsTest {
  private static final FunctionName READS_TIME = new FunctionName("pg_catalog", "timestamptz_in");
  private static final FunctionName READS_NAME = new FunctionName("pg_catalog", "regclassin");

  private static ParsedStatement parsed(String sql) {
    return PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT lower(a)::timestamptz FROM t",
        "SELECT (a || b)::date FROM t",
        "SELECT ('no' || 'w')::timestamptz FROM t",
        "SELECT CAST(a || 'w' AS timestamp with time zone) FROM t",
        "SELECT CAST((SELECT a FROM t) AS date)",
        "SELECT date(lower(a)) FROM t",
        "SELECT timestamptz(a || b) FROM t",
        "SELECT \"timestamp\"(a || b) FROM t",
        "SELECT a[1]::date FROM t",
        "SELECT ARRAY[lower(a)]::date[] FROM t",
        "SELECT (j->>'at')::timestamp FROM t",
        "SELECT a::text::date FROM t",
        "SELECT 'nowhere'::varchar(3)::timestamptz FROM t",
        "SELECT varchar(3) 'nowhere'::timestamptz FROM t",
        "SELECT name 'x'::timestamptz FROM t",
        "SELECT CASE WHEN true THEN a END::date FROM t",
        "SELECT (SELECT a FROM t)::date",
        "SELECT lower(a)::tstzrange FROM t",
        "SELECT max(lower(a))::date FROM t",
        "SELECT coalesce(a, lower(b))::date FROM t",
        "SELECT timetz '10:00' FROM t",
        "SELECT TIME WITH TIME ZONE '10:00' FROM t",
        "SELECT a::time(3) with time zone FROM t",
        "SELECT at AT TIME ZONE 'UTC' FROM t WHERE z::timetz > '10:00'",
        "SELECT a::date FROM (SELECT lower(b) AS a FROM t) x",
        "SELECT a::date FROM (SELECT lower(b) a FROM t) x",
        "SELECT a::date FROM (SELECT lower(b) FROM t) x(a)",
        "SELECT a::date FROM (SELECT 1, lower(b) FROM t) AS x(n, a)",
        "WITH x(a) AS (SELECT lower(b) FROM t) SELECT a::date FROM x",
        "WITH y AS (SELECT 1), x (n, a) AS (SELECT 1, lower(b) FROM t) SELECT a::date FROM x",
        "SELECT a::date FROM (SELECT a::text FROM t UNION SELECT b FROM t) x",
        "SELECT a::date FROM f() AS (a text)",
        "SELECT coalesce::date FROM (SELECT coalesce(a, b) FROM t) x",
      })
  void textThatIsComputedIsReadByTheClock(String sql) {
    assertThat(parsed(sql).functions()).contains(READS_TIME);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT '2026-01-01'::timestamptz FROM t",
        "SELECT * FROM t WHERE at BETWEEN '2026-01-01'::date AND $1::date",
        "SELECT CAST('2026-01-01' AS date), CAST($1 AS timestamp(3)) FROM t",
        "SELECT ARRAY['2026-01-01', '2026-01-02']::date[] FROM t",
        "SELECT timestamp '2026-01-01', timestamp(3) '2026-01-01', date '2026-01-01' FROM t",
        "SELECT timestamp with time zone '2026-01-01', at AT TIME ZONE 'UTC' FROM t",
        "SELECT a::text, b::int, c::varchar(3), d::numeric(10,2), e::json, f::uuid FROM t",
        "SELECT CAST(a AS text), CAST(a || b AS character varying(3)) FROM t",
        "SELECT date_trunc('day', at)::date FROM t",
        "SELECT to_timestamp(a, 'YYYY')::date, make_date(a, b, c)::timestamp FROM t",
        "SELECT count(*) AS date FROM t",
        "SELECT date, time FROM t WHERE date > '2026-01-01'",
        "SELECT x.date, x.time FROM t x ORDER BY date",
      })
  void constantsAndTimesAreNot(String sql) {
    assertThat(parsed(sql).functions()).doesNotContain(READS_TIME);
    assertThat(parsed(sql).conversions()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT at::date FROM t",
        "SELECT x.at::date FROM t x",
        "SELECT date(at), count(*) FROM t GROUP BY date(at)",
        "SELECT CAST(x.at AS date) FROM t x",
        "SELECT (at AT TIME ZONE 'UTC')::date FROM t",
        "SELECT (at + interval '1 day' - $1)::date FROM t",
        "SELECT max(at)::date, coalesce(at, '2026-01-01')::date FROM t",
        "SELECT at::timestamp::date, (at::timestamp AT TIME ZONE 'UTC')::date FROM t",
        "SELECT ARRAY[at]::date[] FROM t",
      })
  void ofColumnsTheCatalogueKnowsTheType(String sql) {
    assertThat(parsed(sql).functions()).doesNotContain(READS_TIME);
    assertThat(parsed(sql).conversions()).containsExactly("at");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT lower(a)::app.mood FROM t",
        "SELECT ROW(a, b)::mood FROM t",
        "SELECT a::mood[] FROM t",
        "SELECT CAST(a || b AS mood), 'x'::other_mood, CAST($1 AS other_mood) FROM t",
      })
  void ofTypesOfUsersTheCatalogueKnowsWhetherTheyHaveTimes(String sql) {
    assertThat(parsed(sql).functions()).doesNotContain(READS_TIME);
    assertThat(parsed(sql).conversions()).containsExactly("::mood");
  }

  @Test
  void namesOfTheCatalogueAreReadByItsState() {
    assertThat(parsed("SELECT 'a'::regclass FROM t").functions()).contains(READS_NAME);
    assertThat(parsed("SELECT CAST(a AS regtype) FROM t").functions()).contains(READS_NAME);
    assertThat(parsed("SELECT regrole 'a' FROM t").functions()).contains(READS_NAME);
  }
}
