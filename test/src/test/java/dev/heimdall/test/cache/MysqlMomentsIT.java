package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a server answers otherwise at another time is not kept: expressions of all kinds, each
 * evaluated on two days.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MysqlMomentsIT {
  /** The first two days of February 2026, at one o'clock. */
  private static final List<String> MOMENTS = List.of("1769907600", "1769994000");

  private static final List<String> OPERANDS =
      List.of(
          "t",
          "d",
          "ts",
          "day",
          "y",
          "s",
          "n",
          "vt",
          "maketime(1,2,3)",
          "sec_to_time(n)",
          "str_to_date('10:20','%H:%i')",
          "str_to_date(s,'%H:%i')",
          "timediff(d,ts)",
          "time(d)",
          "addtime(t,'1')",
          "subtime('10:00','1')",
          "time'10:20:30'",
          "{t'10:20:30'}",
          "cast(s AS time)",
          "convert(s,time)",
          "'10:20:30'",
          "102030",
          "coalesce(t,'1')",
          "(SELECT max(t) FROM mm_rows)");

  private static final List<String> FORMS =
      List.of(
          "cast(%s AS datetime)",
          "cast(%s AS date)",
          "convert(%s,datetime)",
          "timestamp(%s)",
          "timestamp(%s,'1:00')",
          "date(%s)",
          "%s=d",
          "%s<day",
          "ts>%s",
          "%s BETWEEN day AND d",
          "%s IN (d,ts)",
          "coalesce(%s,d)",
          "ifnull(%s,day)",
          "if(n<0,d,%s)",
          "CASE WHEN n>0 THEN %s ELSE d END",
          "nullif(%s,d)",
          "greatest(%s,d)",
          "least(day,%s)",
          "%s+interval 1 day",
          "date_add(%s,interval 1 hour)",
          "date_sub(%s,interval 1 month)",
          "adddate(%s,1)",
          "addtime(d,%s)",
          "addtime(%s,'1')",
          "timediff(%s,'1:00')",
          "timediff(d,%s)",
          "year(%s)",
          "month(%s)",
          "day(%s)",
          "hour(%s)",
          "dayname(%s)",
          "dayofyear(%s)",
          "week(%s)",
          "yearweek(%s)",
          "quarter(%s)",
          "weekday(%s)",
          "extract(year_month FROM %s)",
          "extract(day_hour FROM %s)",
          "datediff(%s,d)",
          "to_days(%s)",
          "to_seconds(%s)",
          "unix_timestamp(%s)",
          "date_format(%s,'%%Y-%%j')",
          "time_format(%s,'%%H')",
          "last_day(%s)",
          "convert_tz(%s,'+00:00','+01:00')",
          "timestampdiff(day,%s,d)",
          "timestampadd(day,1,%s)",
          "%s+0",
          "concat(%s)",
          "cast(%s AS char)",
          "period_add(%s,1)",
          "json_array(%s)",
          "cast(json_extract(json_array(%s),'$[0]') AS datetime)",
          "(SELECT %s UNION SELECT d LIMIT 1)",
          "(SELECT %s UNION ALL SELECT day LIMIT 1)",
          "cast(cast(%s AS time) AS datetime)");

  private static final List<String> OTHERS =
      List.of(
          "encrypt('x')",
          "default(at)",
          "now()",
          "curdate()",
          "utc_time",
          "localtime",
          "sysdate()",
          "unix_timestamp()",
          "uuid()",
          "rand(1)",
          "rand()",
          "makedate(26,1)",
          "cast('26-1-1' AS datetime)",
          "cast(260101 AS date)",
          "cast(70 AS year)",
          "from_unixtime(1)",
          "aes_encrypt('a','b')",
          "password('x')",
          "current_user",
          "connection_id()");

  /** What a column may be computed from that gives another value on another day. */
  private static final List<String> MOVING =
      List.of(
          "datetime AS (now())",
          "date AS (curdate())",
          "bigint AS (unix_timestamp())",
          "double AS (rand())",
          "varchar(60) AS (uuid())",
          "varchar(60) AS (concat(s, sysdate(6)))",
          "varchar(60) AS (concat('it''s \\\\', now()))",
          "datetime AS (cast(t AS datetime))",
          "datetime AS (t)",
          "timestamp AS (t)",
          "date AS (addtime(t, '1:00'))",
          "bigint AS (datediff(t, d))",
          "bool AS (d > t)");

  /** What gives the same at any time. */
  private static final List<String> ALIKE =
      List.of(
          "varchar(60) AS (date_format(d, '%W it''s \\\\ \"now()\"'))",
          "varchar(60) AS (json_unquote(json_extract(s, '$.\"now()\"')))",
          "time AS (addtime(t, '1:00'))",
          "int AS (n * 2)",
          "datetime AS (d + INTERVAL 1 DAY)",
          "date AS (d)");

  private Connection past;
  private List<String> moving;
  private List<String> alike;
  private MysqlNode node;

  MysqlRelease release() {
    return MysqlRelease.MARIADB;
  }

  @BeforeAll
  void start() throws IOException, SQLException {
    past =
        MysqlTarget.of(release().shared().primary())
            .as(release().shared().superuser(), release().shared().password())
            .jdbc();
    past(
        "DROP VIEW IF EXISTS mm_view, mm_moved",
        "DROP TABLE IF EXISTS mm_rows, mm_mixed, mm_dates",
        "CREATE TABLE mm_rows (t time, d datetime, ts timestamp NULL, day date, y year, s"
            + " varchar(20), n int, at timestamp DEFAULT CURRENT_TIMESTAMP)",
        "INSERT INTO mm_rows VALUES ('10:20:30', '2026-01-01 10:00', '2026-01-01 11:00',"
            + " '2026-01-01', 2026, '10:20', 7, '2026-01-01')",
        "CREATE TABLE mm_mixed (x time)",
        "INSERT INTO mm_mixed VALUES ('10:20:30')",
        "CREATE TABLE mm_dates (x datetime)",
        "INSERT INTO mm_dates VALUES ('2026-01-01')",
        "CREATE VIEW mm_view AS SELECT *, maketime(1,2,3) AS vt FROM mm_rows",
        "CREATE VIEW mm_moved AS SELECT cast(t AS datetime) AS m FROM mm_rows");
    moving = computed(MOVING, "mm_moving_");
    alike = computed(ALIKE, "mm_alike_");
    node =
        MysqlNode.start(
            release(),
            c ->
                c.cluster(release().shared())
                    .catalog(release().shared())
                    .vdb("cache.enabled", true)
                    .vdb("rules", List.of("cached"))
                    .rules("cached", "{\"action\": \"cache\"}"));
    try (RawMysqlClient client = client()) {
      Await.until(
          "the catalogue is read", () -> cached(client, "SELECT n FROM mm_rows").equals("yes"));
    }
  }

  @AfterAll
  void stop() throws SQLException {
    node.close();
    past("DROP VIEW mm_view, mm_moved", "DROP TABLE mm_rows, mm_mixed, mm_dates");
    for (List<String> tables : List.of(moving, alike)) {
      for (String table : tables) {
        past("DROP VIEW " + table + "_view", "DROP TABLE " + table);
      }
    }
    past.close();
  }

  private RawMysqlClient client() throws IOException {
    return RawMysqlClient.logIn(node.target().as("admin", "admin"));
  }

  private void past(String... all) throws SQLException {
    try (Statement statement = past.createStatement()) {
      for (String sql : all) {
        statement.execute(sql);
      }
    }
  }

  /** Tables with a column that is computed when it is read. */
  private List<String> computed(List<String> columns, String prefix) throws SQLException {
    List<String> tables = new ArrayList<>();
    for (String column : columns) {
      String table = prefix + tables.size();
      past("DROP VIEW IF EXISTS " + table + "_view", "DROP TABLE IF EXISTS " + table);
      try {
        past(
            "CREATE TABLE "
                + table
                + " (t time, d datetime, s varchar(20), n bigint, r "
                + column
                + " VIRTUAL)");
      } catch (SQLException e) {
        continue; // MySQL lets them rest on less
      }
      past(
          "INSERT INTO " + table + " (t, d, s, n) VALUES ('1:00', '2026-01-01', '{}', 7)",
          "CREATE VIEW " + table + "_view AS SELECT r, n FROM " + table);
      tables.add(table);
    }
    return tables;
  }

  private List<String> statements() {
    List<String> all = new ArrayList<>();
    for (String operand : OPERANDS) {
      for (String form : FORMS) {
        all.add("SELECT " + form.formatted(operand) + " AS r FROM mm_view");
      }
    }
    OTHERS.forEach(each -> all.add("SELECT " + each + " AS r FROM mm_rows"));
    for (String table : moving) {
      all.add("SELECT r FROM " + table);
      all.add("SELECT * FROM " + table);
      all.add("SELECT concat(r) FROM " + table + "_view");
    }
    all.add("SELECT * FROM mm_moved");
    all.add("SELECT * FROM mm_mixed UNION SELECT * FROM mm_dates");
    all.add("TABLE mm_mixed UNION TABLE mm_dates");
    all.add("SELECT count(*) FROM mm_mixed NATURAL JOIN mm_dates");
    all.add("SELECT count(*) FROM mm_mixed m JOIN mm_dates d ON m.x > d.x");
    all.add("SELECT count(*) FROM mm_mixed WHERE x > (SELECT max(x) FROM mm_dates)");
    all.add("SELECT count(*) FROM mm_dates WHERE x IN (SELECT x FROM mm_mixed)");
    all.add("SELECT cast(w AS datetime) FROM (SELECT t AS w FROM mm_rows) z");
    all.add("SELECT count(*) FROM mm_dates JOIN (SELECT t FROM mm_rows) z ON x > t");
    return all;
  }

  /** What the server answers on a day; null for an error. */
  private String atServer(String sql, String moment) throws SQLException {
    try (Statement statement = past.createStatement()) {
      statement.execute("SET timestamp = " + moment);
      try (ResultSet rows = statement.executeQuery(sql)) {
        StringBuilder all = new StringBuilder();
        while (rows.next()) {
          all.append(rows.getString(1)).append('\n');
        }
        return all.toString();
      } catch (SQLException e) {
        return null;
      }
    }
  }

  private String cached(RawMysqlClient client, String sql) throws IOException {
    try {
      if (sql != null) {
        client.query(RawMysqlClient.query(sql));
      }
    } catch (RawMysqlClient.ErrorReceived e) {
      return "error";
    }
    return client.queryInfo().get("cached");
  }

  @Test
  void whatIsAnotherOneOnAnotherDayIsNotKept() throws IOException, SQLException {
    TreeSet<String> kept = new TreeSet<>();
    int moving = 0;
    RawMysqlClient client = client();
    for (String sql : statements()) {
      String first = atServer(sql, MOMENTS.get(0));
      if (first == null || first.equals(atServer(sql, MOMENTS.get(1)))) {
        continue;
      }
      moving++;
      String why = cached(client, sql);
      if (why.startsWith("no: its session keeps a server connection")) {
        client.close();
        client = client();
        why = cached(client, sql);
      }
      if (!why.startsWith("no: its result rests on more than its tables")
          && !why.startsWith("no: it may answer differently from session to session")) {
        kept.add(sql + ": " + why);
      }
    }
    client.close();
    assertThat(moving).isGreaterThan(100);
    assertThat(kept).isEmpty();
  }

  @Test
  void whatIsComputedFromTheRowAloneIsKept() throws IOException {
    assertThat(alike).hasSize(ALIKE.size());
    try (RawMysqlClient client = client()) {
      for (String table : alike) {
        cached(client, "SELECT r, n FROM " + table);
        assertThat(cached(client, "SELECT r, n FROM " + table)).as(table).isEqualTo("yes");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT t, d, day FROM mm_rows WHERE d > '2026-01-01'",
        "SELECT * FROM mm_rows WHERE t > '10:00' AND d > '2026-01-01'",
        "SELECT r.t AS x, r.d FROM mm_rows r WHERE r.t BETWEEN '10:00' AND '11:00' ORDER BY r.t",
        "SELECT t, day, count(*) FROM mm_rows GROUP BY t, day",
        "SELECT date(d), n AS time FROM mm_rows",
        "SELECT max(x) FROM mm_mixed",
        "SELECT timediff(s, '1:00'), maketime(1, 2, n) FROM mm_rows",
        "SELECT date_format(d, '%Y'), d + INTERVAL 1 DAY, datediff(d, day) FROM mm_rows",
        "SELECT d FROM mm_rows WHERE d BETWEEN timestamp '2026-01-01 00:00:00' AND"
            + " cast('2026-01-01' AS datetime)",
        "SELECT x FROM mm_dates UNION SELECT day FROM mm_rows",
      })
  void whatHasNoTimesOrNoDatesIsKept(String sql) throws IOException {
    try (RawMysqlClient client = client()) {
      cached(client, sql);
      assertThat(cached(client, sql)).isEqualTo("yes");
    }
  }

  @Test
  void anExecutionWithATimeIsNotKept() throws IOException, SQLException {
    try (RawMysqlClient client = client()) {
      int statement = client.prepare("SELECT timestamp(?) FROM mm_rows");
      byte[] time = {0, 1, 0, 0, 0, 0, 1, 11, 0, 8, 0, 0, 0, 0, 0, 10, 20, 30};
      for (int i = 0; i < 2; i++) {
        client.send(RawMysqlClient.ofStatement(Command.STMT_EXECUTE, statement, time));
        for (int packet = 0; packet < 4; packet++) {
          client.receive();
        }
      }
      assertThat(cached(client, null)).startsWith("no: its result rests on more than its tables");
    }
  }
}
