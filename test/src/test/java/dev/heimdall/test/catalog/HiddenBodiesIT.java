package dev.heimdall.test.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Bodies of functions are cut into tokens when they run, by their callers' settings: what hides
 * behind quotes that end elsewhere in a session without standard_conforming_strings is seen.
 */
class HiddenBodiesIT {
  private static final String READER = "reader_of_bodies";
  private static final String[] OFF = {"standard_conforming_strings", "off"};
  private static final String MINE =
      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()";

  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    drop();
    SharedPostgres.primary()
        .execute(
            "CREATE ROLE " + READER + " LOGIN PASSWORD '" + READER + "'",
            "ALTER ROLE " + READER + " SET standard_conforming_strings = off");
    try (RawClient direct = RawClient.logIn(SharedPostgres.target(), OFF)) {
      for (String ddl :
          List.of(
              "CREATE TABLE hb_rows (a int)",
              "INSERT INTO hb_rows VALUES (1)",
              "CREATE VIEW hb_view AS SELECT a FROM hb_rows",
              "CREATE TABLE hb_one (a int)",
              "INSERT INTO hb_one VALUES (1)",
              function("hb_plain() RETURNS int STABLE LANGUAGE sql", "SELECT 1"),
              function(
                  "hb_sql() RETURNS text STABLE LANGUAGE sql",
                  "SELECT '\\'' || (SELECT sum(a) FROM hb_rows)::text --'\n"),
              function(
                  "hb_plpgsql() RETURNS text STABLE LANGUAGE plpgsql",
                  "BEGIN RETURN '\\'' || (SELECT sum(a) FROM hb_rows)::text --'\n; END"),
              function(
                  "hb_time() RETURNS timestamptz STABLE LANGUAGE sql",
                  "SELECT 'n\\x6fw'::timestamptz"),
              function(
                  "hb_write() RETURNS int LANGUAGE plpgsql",
                  "BEGIN PERFORM '\\''; INSERT INTO hb_rows VALUES (1); PERFORM '--'\n;"
                      + " RETURN 1; END"),
              function(
                  "hb_trigger() RETURNS trigger LANGUAGE plpgsql",
                  "BEGIN PERFORM '\\''; UPDATE hb_rows SET a = a + 1; PERFORM '--'\n;"
                      + " RETURN NULL; END"),
              function(
                  "hb_lock() RETURNS int LANGUAGE plpgsql",
                  "BEGIN PERFORM '\\'' , pg_advisory_lock(4712) --'\n; RETURN 1; END"),
              function(
                  "hb_lock_by_itself() RETURNS int LANGUAGE plpgsql",
                  "BEGIN SET LOCAL standard_conforming_strings = off;"
                      + " PERFORM '\\'' , pg_advisory_lock(4712) --'\n; RETURN 1; END"),
              "CREATE TABLE hb_other (a int)",
              "CREATE TRIGGER hb_t AFTER INSERT ON hb_other EXECUTE FUNCTION hb_trigger()")) {
        assertThat(Message.errorIn(direct.query(ddl))).as(ddl).isNull();
      }
    }
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .cluster(SharedPostgres.cluster())
                    .source("catalog.user", READER)
                    .source("catalog.password", READER)
                    .vdb("pool.size", 2)
                    .vdb("cache.enabled", true)
                    .vdb("rules", List.of("cached"))
                    .rules("cached", "{\"action\": \"cache\"}"));
    try (RawClient client = RawClient.logIn(node.target())) {
      Await.until(
          "the catalogue is read",
          () -> {
            client.query("SELECT a FROM hb_rows");
            return "yes".equals(client.queryInfo().get("cached"));
          });
    }
  }

  private static String function(String head, String body) {
    return "CREATE FUNCTION " + head + " AS $$" + body + "$$";
  }

  @AfterAll
  static void stop() {
    node.close();
    drop();
  }

  private static void drop() {
    SharedPostgres.primary()
        .executeIn(
            SharedPostgres.DATABASE,
            "DROP TABLE IF EXISTS hb_rows, hb_one, hb_other CASCADE",
            "DROP FUNCTION IF EXISTS hb_plain, hb_sql, hb_plpgsql, hb_time, hb_write, hb_trigger,"
                + " hb_lock, hb_lock_by_itself");
    SharedPostgres.primary().execute("DROP ROLE IF EXISTS " + READER);
  }

  /** What it returns is another one as soon as a row was written, by whomever of the node's. */
  private static void isNeverOld(String sql, String... startup) throws IOException {
    try (RawClient reader = RawClient.logIn(node.target(), startup);
        RawClient writer = RawClient.logIn(node.target())) {
      for (int i = 0; i < 3; i++) {
        String before = reader.value(sql);
        assertThat(reader.value(sql)).as(sql).isEqualTo(before);
        writer.query("UPDATE hb_rows SET a = a + 1");
        assertThat(reader.value(sql)).as(sql).isNotEqualTo(before);
      }
    }
  }

  @Test
  void tablesThatABodyReadsBehindQuotesAreSeen() throws IOException {
    isNeverOld("SELECT hb_sql() FROM hb_one", OFF);
    isNeverOld("SELECT hb_plpgsql() FROM hb_one", OFF);
    isNeverOld("SELECT a FROM hb_view");
    isNeverOld("SELECT a FROM hb_view", OFF);
  }

  @Test
  void aLiteralThatBecomesTheTimeIsSeen() throws IOException {
    try (RawClient client = RawClient.logIn(node.target(), OFF)) {
      Await.until(
          "a function without quotes is cached in such a session",
          () -> {
            client.value("SELECT hb_plain() FROM hb_one");
            return "yes".equals(client.queryInfo().get("cached"));
          });
      String first = client.value("SELECT hb_time() FROM hb_one");
      assertThat(client.value("SELECT hb_time() FROM hb_one")).isNotEqualTo(first);
    }
  }

  @Test
  void whatABodyWritesBehindQuotesIsSeen() throws IOException {
    for (String write : List.of("SELECT hb_write()", "INSERT INTO hb_other VALUES (1)")) {
      try (RawClient reader = RawClient.logIn(node.target());
          RawClient writer = RawClient.logIn(node.target(), OFF)) {
        String sum = "SELECT sum(a) FROM hb_rows";
        String before = reader.value(sum);
        assertThat(reader.value(sum)).isEqualTo(before);
        assertThat(Message.errorIn(writer.query(write))).isNull();
        assertThat(reader.value(sum)).as(write).isNotEqualTo(before);
      }
    }
  }

  @Test
  void whatABodyDoesToItsSessionBehindQuotesIsSeen() throws IOException {
    hasTheLock("SELECT hb_lock()", OFF);
    hasTheLock("SELECT hb_lock_by_itself()");
    hasTheLock("DO $$ BEGIN PERFORM '\\'' , pg_advisory_lock(4712) --'\n; END $$", OFF);
    hasTheLock(
        "DO $$ BEGIN SET LOCAL standard_conforming_strings = off;"
            + " PERFORM '\\'' , pg_advisory_lock(4712) --'\n; END $$");
  }

  private static void hasTheLock(String sql, String... startup) throws IOException {
    try (RawClient client = RawClient.logIn(node.target(), startup)) {
      assertThat(Message.errorIn(client.query(sql))).as(sql).isNull();
      assertThat(node.pinReason(client)).as(sql).isNotNull();
      assertThat(client.value(MINE)).as(sql).isEqualTo("1");
    }
    for (int i = 0; i < 3; i++) {
      try (RawClient next = RawClient.logIn(node.target())) {
        assertThat(next.value(MINE)).as("the next user's locks after %s", sql).isEqualTo("0");
      }
    }
  }
}
