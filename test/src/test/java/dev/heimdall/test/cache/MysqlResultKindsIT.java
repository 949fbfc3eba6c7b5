package dev.heimdall.test.cache;

import static dev.heimdall.test.cache.ResultKinds.dropped;
import static dev.heimdall.test.cache.ResultKinds.key;
import static dev.heimdall.test.cache.ResultKinds.notKept;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.cache.ResultKinds.Kind;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kind of what a result of MySQL or MariaDB rests on is treated as the page says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("ci")
class MysqlResultKindsIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private static final String SETTINGS = "settings of the session";

  private static final String USER = "kinds_user";

  private static final List<Kind> OF_BOTH =
      List.of(
          notKept("the clock", "", "SELECT NOW(), a FROM kinds.t"),
          notKept("keywords of the clock", "", "SELECT CURRENT_TIMESTAMP, a FROM kinds.t"),
          notKept(
              "the clock in a view",
              "CREATE VIEW kinds.v AS SELECT UTC_DATE AS d, a FROM kinds.t",
              "SELECT d FROM kinds.v"),
          notKept(
              "times that get the present date", "", "SELECT CAST(clock AS datetime) FROM kinds.t"),
          notKept(
              "columns computed from times that get a date",
              "CREATE TABLE kinds.c (t time, d datetime AS (t) VIRTUAL)",
              "SELECT d FROM kinds.c"),
          notKept("defaults", "", "SELECT DEFAULT(at) FROM kinds.t"),
          notKept("chance", "", "SELECT RAND(), UUID(), a FROM kinds.t"),
          notKept("who and what the session is", "", "SELECT CURRENT_USER, a FROM kinds.t"),
          notKept("what the session did", "", "SELECT LAST_INSERT_ID(), a FROM kinds.t"),
          notKept("rows that were found", "", "SELECT SQL_CALC_FOUND_ROWS a FROM kinds.t LIMIT 1"),
          notKept("variables of users", "", "SELECT @kinds, a FROM kinds.t"),
          notKept("variables of the server", "", "SELECT @@version, a FROM kinds.t"),
          notKept(
              "functions that somebody made",
              "CREATE FUNCTION kinds.f() RETURNS datetime DETERMINISTIC RETURN NOW()",
              "SELECT kinds.f() FROM kinds.t"),
          notKept("locks of the session", "", "SELECT IS_FREE_LOCK('kinds'), a FROM kinds.t"),
          notKept("locks", "", "SELECT a FROM kinds.t FOR UPDATE"),
          notKept("files", "", "SELECT LOAD_FILE('/kinds'), a FROM kinds.t"),
          notKept(
              "tables of the server",
              "",
              "SELECT a, engine FROM kinds.t, information_schema.engines"),
          notKept("rights of the server", "", "SELECT a, host FROM kinds.t, mysql.user"),
          key(SETTINGS, "SET sql_mode = 'PIPES_AS_CONCAT'", "SELECT a || 'x' FROM kinds.t"),
          key(SETTINGS, "SET time_zone = '+09:00'", "SELECT at FROM kinds.t"),
          key(SETTINGS, "SET character_set_results = latin1", "SELECT s FROM kinds.t"),
          key(
              SETTINGS,
              "SET collation_connection = 'utf8mb4_bin'",
              "SELECT a, 'a' = 'A' FROM kinds.t"),
          key(
              SETTINGS,
              "SET group_concat_max_len = 4",
              "SELECT LENGTH(GROUP_CONCAT(s, s)) FROM kinds.t"),
          key(SETTINGS, "SET div_precision_increment = 8", "SELECT a / 7 FROM kinds.t"),
          key(SETTINGS, "SET default_week_format = 3", "SELECT WEEK(d) FROM kinds.t"),
          key(SETTINGS, "SET sql_select_limit = 1", "SELECT a FROM kinds.two ORDER BY a"),
          key(
              SETTINGS,
              "SET block_encryption_mode = 'aes-256-cbc'",
              "SELECT HEX(AES_ENCRYPT(s, 'k', '0123456789abcdef')) FROM kinds.t"),
          key("the default database", "USE kinds_other", "SELECT a FROM t"),
          dropped("rights", "", "SELECT a FROM kinds.t", "REVOKE SELECT ON kinds.* FROM " + USER),
          dropped(
              "columns and their types",
              "",
              "SELECT a FROM kinds.t",
              "ALTER TABLE kinds.t MODIFY a decimal(8, 2)"),
          dropped(
              "columns that are computed",
              "CREATE TABLE kinds.g (a int, b int AS (a + 1)); INSERT INTO kinds.g (a) VALUES (1)",
              "SELECT b FROM kinds.g",
              "ALTER TABLE kinds.g DROP b, ADD b int AS (a + 2)"),
          dropped(
              "views",
              "CREATE VIEW kinds.v AS SELECT a FROM kinds.t",
              "SELECT a FROM kinds.v",
              "CREATE OR REPLACE VIEW kinds.v AS SELECT a + 1 AS a FROM kinds.t"),
          dropped(
              "partitions",
              "CREATE TABLE kinds.p (a int) PARTITION BY LIST (a) (PARTITION one VALUES IN (1),"
                  + " PARTITION two VALUES IN (2)); INSERT INTO kinds.p VALUES (1), (2)",
              "SELECT a FROM kinds.p",
              "ALTER TABLE kinds.p DROP PARTITION two"),
          dropped(
              "what a MERGE table unites",
              "CREATE TABLE kinds.one (a int) ENGINE = MyISAM; CREATE TABLE kinds.other (a int)"
                  + " ENGINE = MyISAM; INSERT INTO kinds.one VALUES (1); CREATE TABLE kinds.m (a"
                  + " int) ENGINE = MERGE UNION = (kinds.one, kinds.other)",
              "SELECT a FROM kinds.m",
              "ALTER TABLE kinds.m UNION = (kinds.other)"));

  private MysqlNode node;
  private int plains;

  MysqlRelease release() {
    return MysqlRelease.MARIADB;
  }

  /** What only one of the servers has. */
  List<Kind> more() {
    return List.of(
        notKept(
            "columns computed from the clock, chance or the session",
            "CREATE TABLE kinds.c (a int, n datetime AS (NOW()) VIRTUAL)",
            "SELECT n FROM kinds.c"),
        notKept(
            "rows of the past",
            "CREATE TABLE kinds.h (a int) WITH SYSTEM VERSIONING",
            "SELECT a FROM kinds.h FOR SYSTEM_TIME AS OF NOW()"),
        notKept(
            "sequences", "CREATE SEQUENCE kinds.s", "SELECT next_not_cached_value FROM kinds.s"),
        key(
            SETTINGS,
            "SET character_set_collations = 'utf8mb4=utf8mb4_bin'",
            "SELECT COLLATION(CONVERT(s USING utf8mb4)) FROM kinds.t"),
        key(SETTINGS, "SET default_regex_flags = 'EXTENDED'", "SELECT s REGEXP 'd r' FROM kinds.t"),
        key(
            SETTINGS,
            "SET system_versioning_asof = '2020-01-01'",
            "SELECT count(*) FROM kinds.versioned"));
  }

  List<Kind> kinds() {
    List<Kind> all = new ArrayList<>(OF_BOTH);
    all.addAll(more());
    return all;
  }

  @BeforeAll
  void start() throws SQLException {
    past(
        "DROP USER IF EXISTS " + USER,
        "CREATE USER " + USER + "@'%' IDENTIFIED BY '" + MysqlRelease.PASSWORD + "'",
        "GRANT SELECT ON app.* TO " + USER);
    node =
        MysqlNode.start(
            release(),
            c ->
                c.cluster(release().shared())
                    .source("cluster.probe.positionInterval", "50ms")
                    .catalog(release().shared())
                    .vdb("credentials", "passthrough")
                    .user(USER, "password", MysqlRelease.PASSWORD)
                    .user(USER, "admin", true)
                    .vdb("cache.enabled", true)
                    .vdb("cache.ttl", "1h")
                    .vdb("rules", List.of("cached"))
                    .rules("cached", "{\"action\": \"cache\"}"));
  }

  @AfterAll
  void stop() throws SQLException {
    node.close();
    past(
        "DROP DATABASE IF EXISTS kinds",
        "DROP DATABASE IF EXISTS kinds_other",
        "DROP USER " + USER);
  }

  private MysqlTarget server() {
    return MysqlTarget.of(release().shared().primary());
  }

  private void past(String... statements) throws SQLException {
    try (Connection root =
            server().as(release().shared().superuser(), release().shared().password()).jdbc();
        Statement statement = root.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private Connection client() throws SQLException {
    return node.target().as(USER, MysqlRelease.PASSWORD).jdbc();
  }

  /** Rows as bytes, or the error. */
  private static String answer(Connection client, String sql) {
    try (Statement statement = client.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      StringBuilder all = new StringBuilder(rows.getMetaData().getColumnTypeName(1));
      while (rows.next()) {
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          all.append(' ').append(Arrays.toString(rows.getBytes(i)));
        }
      }
      return all.toString();
    } catch (SQLException e) {
      return "error " + e.getErrorCode();
    }
  }

  private String direct(String set, String sql) throws SQLException {
    try (Connection client = server().as(USER, MysqlRelease.PASSWORD).jdbc()) {
      if (set != null) {
        Jdbc.execute(client, set);
      }
      return answer(client, sql);
    }
  }

  private static String cached(Connection client) throws SQLException {
    return Jdbc.queryInfo(client).getOrDefault("cached", "");
  }

  /** By a session of its own each time: one that has met what is not known yet is not served. */
  private void awaitKept(String sql) {
    String[] last = new String[1];
    Await.until(
        "it is kept",
        SOON,
        () -> {
          try (Connection client = client()) {
            answer(client, sql);
            last[0] = cached(client);
            return last[0].equals("yes");
          }
        },
        () -> last[0]);
  }

  @Test
  void thePageHasThem() throws IOException {
    TreeSet<String> names = new TreeSet<>();
    kinds().forEach(kind -> names.add(kind.name()));
    assertThat(ResultKinds.ofPage("MySQL and MariaDB")).containsAll(names);
    if (release() == MysqlRelease.MARIADB) {
      assertThat(names).isEqualTo(ResultKinds.ofPage("MySQL and MariaDB"));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void noResultOfItIsOld(Kind kind) throws SQLException {
    past(
        "DROP DATABASE IF EXISTS kinds",
        "DROP DATABASE IF EXISTS kinds_other",
        "CREATE DATABASE kinds CHARACTER SET utf8mb4",
        "CREATE DATABASE kinds_other",
        "GRANT SELECT, EXECUTE, UPDATE ON kinds.* TO " + USER,
        "GRANT SELECT ON kinds_other.* TO " + USER,
        "GRANT SELECT ON mysql.* TO " + USER,
        "CREATE TABLE kinds.t (a int, s varchar(20), clock time, d date, at timestamp DEFAULT"
            + " CURRENT_TIMESTAMP)",
        "INSERT INTO kinds.t VALUES (1, 'dräi', '10:20', '2026-01-01', '2026-01-01 10:00')",
        "CREATE TABLE kinds.two AS SELECT 1 AS a UNION SELECT 2",
        "CREATE TABLE kinds_other.t AS SELECT 2 AS a",
        "DROP TABLE IF EXISTS app.t",
        "CREATE TABLE app.t AS SELECT 1 AS a");
    if (release() == MysqlRelease.MARIADB) {
      past(
          "CREATE TABLE kinds.versioned (a int) WITH SYSTEM VERSIONING",
          "INSERT INTO kinds.versioned VALUES (1)");
    }
    if (!kind.before().isEmpty()) {
      past(kind.before().split("; "));
    }
    // Behind all others: where it is known, they are.
    String plain = "kinds.plain_" + ++plains;
    past("CREATE TABLE " + plain + " AS SELECT 1 AS a");
    try {
      awaitKept("SELECT a FROM " + plain);
      check(kind);
    } finally {
      past("DROP TABLE app.t");
    }
  }

  private void check(Kind kind) throws SQLException {
    switch (kind.treatment()) {
      case NOT_KEPT -> {
        try (Connection client = client()) {
          for (int i = 0; i < 2; i++) {
            answer(client, kind.read());
            assertThat(cached(client)).startsWith("no: ").isNotEqualTo("no: it was not there");
          }
        }
      }
      case KEY -> {
        awaitKept(kind.read());
        try (Connection client = client()) {
          String before = answer(client, kind.read());
          Jdbc.execute(client, kind.change());
          String after = direct(kind.change(), kind.read());
          assertThat(after).as("what the setting does").isNotEqualTo(before);
          assertThat(answer(client, kind.read())).isEqualTo(after);
          assertThat(answer(client, kind.read())).isEqualTo(after);
        }
      }
      default -> {
        awaitKept(kind.read());
        try (Connection client = client()) {
          String before = answer(client, kind.read());
          past(kind.change());
          String after = direct(null, kind.read());
          assertThat(after).as("what the change does").isNotEqualTo(before);
          Await.until(
              "it is found", SOON, () -> answer(client, kind.read()).equals(after), () -> "");
        }
      }
    }
  }
}
