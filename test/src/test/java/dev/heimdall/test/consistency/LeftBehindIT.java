package dev.heimdall.test.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each kind of state that a session of PostgreSQL has besides its settings: one client makes it and
 * leaves, politely or not, and the next client of the pool, which has one server connection, finds
 * nothing of it. The clients are a superuser's, who can make all of them.
 */
@Tag("ci")
class LeftBehindIT {
  private static TestNode node;

  @BeforeAll
  static void start() {
    SharedPostgres.createDatabase("left_behind");
    SharedPostgres.primary()
        .execute(
            "DROP ROLE IF EXISTS left_behind_boss",
            "DROP ROLE IF EXISTS left_behind_guest",
            "CREATE ROLE left_behind_guest",
            "CREATE ROLE left_behind_boss SUPERUSER LOGIN PASSWORD 'boss'");
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .source("url", SharedPostgres.primary().jdbcUrl("left_behind"))
                    .source("user", "left_behind_boss")
                    .source("password", "boss")
                    .vdb("pool.size", 1));
    SharedPostgres.primary()
        .executeIn(
            "left_behind",
            "CREATE EXTENSION IF NOT EXISTS dblink",
            "CREATE EXTENSION isn VERSION '1.2'",
            "CREATE FUNCTION moves(p text) RETURNS text LANGUAGE plpgsql AS"
                + " $$ BEGIN RETURN set_config('search_path', p, true); END $$",
            "CREATE SEQUENCE numbers",
            "SELECT pg_replication_origin_create('left_behind')",
            "CREATE TABLE kept (a int)",
            "CREATE FUNCTION remembers(text) RETURNS void STABLE"
                + " LANGUAGE internal AS 'pg_replication_origin_session_setup'",
            "CREATE FUNCTION hidden() RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT"
                + " set_co' || 'nfig(''search_path'', ''pg_catalog'', false)'; RETURN 'done'; END"
                + " $$");
    Await.until(
        "the catalogue is there",
        () -> {
          try (RawClient client = RawClient.logIn(node.target().in("left_behind"))) {
            client.query("DO $$ BEGIN NULL; END $$");
            return node.clients().stream().allMatch(row -> row.get("pin_reason") == null);
          }
        });
  }

  @AfterAll
  static void stop() {
    node.close();
    SharedPostgres.primary()
        .execute(
            "SELECT pg_replication_origin_drop(roname) FROM pg_replication_origin"
                + " WHERE roname = 'left_behind'");
  }

  private static Arguments state(String name, String sql, String question, String answer) {
    return Arguments.of(name, List.of(sql), question, answer);
  }

  static Stream<Arguments> states() {
    return Stream.of(
        state(
            "advisory locks",
            "SELECT pg_advisory_lock(77)",
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
            "0"),
        state(
            "cursors with hold",
            "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
            "SELECT count(*) FROM pg_cursors WHERE name = 'c'",
            "0"),
        state(
            "temporary tables",
            "CREATE TEMP TABLE t AS SELECT 1",
            "SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relkind = 'r'",
            "0"),
        state(
            "temporary functions",
            "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "SELECT count(*) FROM pg_proc WHERE pronamespace = pg_my_temp_schema()",
            "0"),
        state(
            "listening again",
            "LISTEN news; LISTEN news",
            "SELECT count(*) FROM pg_listening_channels()",
            "0"),
        Arguments.of(
            "listening in two statements",
            List.of("LISTEN news", "LISTEN news", "SELECT 1", "LISTEN news; NOTIFY news"),
            "SELECT count(*) FROM pg_listening_channels()",
            "0"),
        Arguments.of(
            "listening in a transaction again",
            List.of("LISTEN news", "BEGIN; LISTEN news", "COMMIT"),
            "SELECT count(*) FROM pg_listening_channels()",
            "0"),
        state("listening", "LISTEN news", "SELECT count(*) FROM pg_listening_channels()", "0"),
        state("values of sequences", "SELECT nextval('numbers')", "SELECT lastval()", "55000"),
        state(
            "prepared statements",
            "PREPARE mine AS SELECT 1",
            "SELECT count(*) FROM pg_prepared_statements WHERE name NOT LIKE 'hd\\_%'",
            "0"),
        state("prepared statements by name", "PREPARE mine AS SELECT 1", "EXECUTE mine", "26000"),
        state("the role", "SET ROLE left_behind_guest", "SELECT current_user", "left_behind_boss"),
        state(
            "the session authorization",
            "SET SESSION AUTHORIZATION left_behind_guest",
            "SELECT session_user",
            "left_behind_boss"),
        state(
            "the application's name",
            "SET application_name = 'somebody'",
            "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()",
            ""),
        state(
            "a replication origin",
            "SELECT pg_replication_origin_session_setup('left_behind')",
            "SELECT pg_replication_origin_session_is_setup()",
            "f"),
        state(
            "a temporary replication slot",
            "SELECT pg_create_physical_replication_slot('left_behind', true, true)",
            "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'left_behind'"
                + " AND active_pid = pg_backend_pid()",
            "0"),
        state(
            "a base backup",
            "SELECT pg_backup_start('left behind', true)",
            "SELECT pg_backup_stop()",
            "55000"),
        state(
            "connections of dblink",
            "SELECT dblink_connect('theirs', 'host=127.0.0.1 port="
                + SharedPostgres.primary().port()
                + " dbname=app user=app password=app')",
            "SELECT count(*) FROM unnest(dblink_get_connections())",
            "0"),
        state(
            "a library",
            "LOAD 'auto_explain'",
            "SELECT count(*) FROM pg_settings WHERE name = 'auto_explain.log_min_duration'",
            "0"),
        state(
            "a library that a block loads",
            "DO $$ BEGIN LOAD 'auto_explain'; END $$",
            "SELECT count(*) FROM pg_settings WHERE name = 'auto_explain.log_min_duration'",
            "0"),
        state(
            "a library that the definition of a function loads",
            "CREATE OR REPLACE FUNCTION alike(text, text) RETURNS real LANGUAGE c"
                + " AS 'pg_trgm', 'similarity'",
            "SELECT count(*) FROM pg_settings WHERE name = 'pg_trgm.similarity_threshold'",
            "0"),
        Arguments.of(
            "a table in a path that a function has set",
            List.of("BEGIN", "SELECT moves('pg_temp')", "CREATE TABLE by_path (a int)", "COMMIT"),
            "SELECT count(*) FROM pg_class WHERE relname = 'by_path'",
            "0"),
        Arguments.of(
            "a table in a path that was computed",
            List.of(
                "SELECT set_config('search_path', 'pg_' || 'temp', false)",
                "CREATE TABLE by_path (a int)"),
            "SELECT count(*) FROM pg_class WHERE relname = 'by_path'",
            "0"),
        state(
            "what an extension brings",
            "CREATE EXTENSION pg_trgm; DROP EXTENSION pg_trgm",
            "SELECT count(*) FROM pg_settings WHERE name = 'pg_trgm.similarity_threshold'",
            "0"),
        state(
            "the weak mode of isn, whose function claims to compute only",
            "SELECT isn_weak(true)",
            "SELECT isn_weak()",
            "f"),
        state(
            "a replication origin that a block sets up",
            "DO $$ BEGIN PERFORM pg_replication_origin_session_setup('left_behind'); END $$",
            "SELECT pg_replication_origin_session_is_setup()",
            "f"),
        state(
            "connections of dblink that a block opens",
            "DO $$ BEGIN PERFORM dblink_connect('theirs', 'host=127.0.0.1 port="
                + SharedPostgres.primary().port()
                + " dbname=app user=app password=app'); END $$",
            "SELECT count(*) FROM unnest(dblink_get_connections())",
            "0"),
        state(
            "what a function of another language remembers",
            "SELECT remembers('left_behind')",
            "SELECT pg_replication_origin_session_is_setup()",
            "f"),
        state(
            "characteristics of transactions",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            "SHOW transaction_read_only",
            "off"),
        state(
            "an open transaction",
            "BEGIN; INSERT INTO kept VALUES (1)",
            "SELECT count(*) FROM kept",
            "0"),
        state(
            "a large object's descriptor",
            "BEGIN; SELECT lo_open(lo_create(0), 131072)",
            "SELECT lowrite(0, 'x')",
            "42704"),
        state(
            "an exported snapshot",
            "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_export_snapshot()",
            "SELECT backend_xmin IS NULL OR backend_xid IS NULL FROM pg_stat_activity"
                + " WHERE pid = pg_backend_pid()",
            "t"),
        state(
            "a path that a function sets out of sight",
            "SELECT hidden()",
            "SHOW search_path",
            "\"$user\", public"));
  }

  private static String answer(RawClient client, String sql) throws IOException {
    String answer = null;
    for (Message message : client.query(sql)) {
      if (message.type() == 'E') {
        return message.sqlState();
      }
      if (message.type() == 'D' && answer == null) {
        answer = message.columns().get(0);
      }
    }
    return answer;
  }

  /** What the one before had for itself may be in use until its server connection has ended. */
  private static void made(RawClient client, String sql) {
    Await.until(
        sql,
        () -> {
          List<Message> answer = client.query(sql);
          boolean inUse =
              answer.stream().anyMatch(m -> m.type() == 'E' && m.sqlState().equals("55006"));
          assertThat(answer).as(sql).noneMatch(m -> m.type() == 'E' && !inUse);
          return !inUse;
        });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("states")
  void theNextClientFindsNothing(String name, List<String> make, String question, String expected)
      throws IOException {
    for (boolean politely : new boolean[] {true, false}) {
      try (RawClient first = RawClient.logIn(node.target().in("left_behind"))) {
        for (String sql : make) {
          made(first, sql);
        }
        if (politely) {
          first.send(Frontend.terminate());
        } else {
          first.vanish();
        }
      }
      try (RawClient next = RawClient.logIn(node.target().in("left_behind"))) {
        assertThat(answer(next, question)).as(name).isEqualTo(expected);
      }
    }
  }

  /** Nothing takes back what these have done when their statement or transaction fails. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT pg_advisory_lock(78), 1 / (count(*) - 1) FROM (SELECT 1) one",
        "SELECT U&\"\\0070g_advisory_lock\"(78), 1 / (count(*) - 1) FROM (SELECT 1) one",
        "BEGIN; SELECT U&\"\\0070g_advisory_lock\"(78); ROLLBACK",
        "DO $$ BEGIN PERFORM pg_advisory_lock(78); RAISE EXCEPTION 'failed'; END $$",
      })
  void theNextClientFindsNothingOfAStatementThatFails(String sql) throws IOException {
    try (RawClient first = RawClient.logIn(node.target().in("left_behind"))) {
      first.query(sql);
    }
    try (RawClient next = RawClient.logIn(node.target().in("left_behind"))) {
      String locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
      assertThat(answer(next, locks + " AND pid = pg_backend_pid()")).isEqualTo("0");
      Await.until("no connection has it", () -> "0".equals(answer(next, locks)));
    }
  }

  @Test
  void whoListensWhilePinnedHearsWhenThePinHasEnded() throws IOException {
    try (RawClient listener = RawClient.logIn(node.target().in("left_behind"))) {
      listener.query("CREATE TEMP TABLE pinning (a int)");
      listener.query("LISTEN news");
      listener.query("DISCARD TEMP");
      SharedPostgres.primary().executeIn("left_behind", "NOTIFY news, 'for all'");
      assertThat(listener.receive().toString()).isEqualTo("NotificationResponse news=for all");
    }
  }

  /** The server fixes temp_buffers with a session's first use of a temporary table. */
  @Test
  void whoSetsItsTemporaryBuffersMeetsNobodysTemporaryTables() throws IOException {
    try (TestNode own =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .source("url", SharedPostgres.primary().jdbcUrl("left_behind"))
                    .source("user", "left_behind_boss")
                    .source("password", "boss")
                    .vdb("pool.size", 2))) {
      try (RawClient wants = RawClient.logIn(own.target().in("left_behind"));
          RawClient uses = RawClient.logIn(own.target().in("left_behind"))) {
        uses.query("CREATE TEMP TABLE fixing AS SELECT 1");
        wants.query("SET temp_buffers = '16MB'");
        wants.query("BEGIN"); // on the one connection
        uses.query("DISCARD TEMP"); // which leaves the other to anybody
        try (RawClient third = RawClient.logIn(own.target().in("left_behind"))) {
          third.query("SELECT 1");
        }
        wants.query("COMMIT");
        for (int i = 0; i < 3; i++) {
          try (RawClient holder = RawClient.logIn(own.target().in("left_behind"))) {
            holder.query("BEGIN");
            assertThat(wants.value("SHOW temp_buffers")).isEqualTo("16MB");
          }
          try (RawClient another = RawClient.logIn(own.target().in("left_behind"))) {
            another.query("CREATE TEMP TABLE fixing AS SELECT 1");
          }
          try (RawClient setting = RawClient.logIn(own.target().in("left_behind"))) {
            assertThat(answer(setting, "SET temp_buffers = '32MB'")).isNull();
          }
        }
      }
    }
  }

  /** The role's own path makes tables temporary that nobody calls so. */
  @Test
  void theNextClientFindsNoTableThatTheRolesPathMadeTemporary() throws IOException {
    SharedPostgres.primary()
        .execute(
            "DROP ROLE IF EXISTS left_behind_temp",
            "CREATE ROLE left_behind_temp LOGIN PASSWORD 'temp'",
            "ALTER ROLE left_behind_temp SET search_path = pg_temp, public",
            "GRANT TEMPORARY ON DATABASE left_behind TO left_behind_temp");
    try (TestNode own =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .source("url", SharedPostgres.primary().jdbcUrl("left_behind"))
                    .source("user", "left_behind_temp")
                    .source("password", "temp")
                    .vdb("pool.size", 1))) {
      for (String sql : List.of("CREATE TABLE unsaid (a int)", "SELECT 1 AS a INTO unsaid")) {
        try (RawClient client = RawClient.logIn(own.target().in("left_behind"))) {
          assertThat(client.query(sql)).noneMatch(m -> m.type() == 'E');
          assertThat(client.value("SELECT count(*) FROM unsaid")).isNotNull();
        }
        try (RawClient next = RawClient.logIn(own.target().in("left_behind"))) {
          assertThat(answer(next, "SELECT count(*) FROM unsaid")).as(sql).isEqualTo("42P01");
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void theNextClientCannotForeseeChance(String seed) throws IOException {
    String foreseen;
    try (RawClient direct =
        RawClient.logIn(SharedPostgres.target().as("left_behind_boss", "boss").in("left_behind"))) {
      direct.query("SELECT setseed(0.25)");
      foreseen = direct.value("SELECT random()");
    }
    for (boolean discards : new boolean[] {false, true}) {
      try (RawClient first = RawClient.logIn(node.target().in("left_behind"))) {
        assertThat(first.query(seed)).noneMatch(m -> m.type() == 'E');
        if (discards) {
          first.query("DISCARD ALL");
        }
      }
      try (RawClient next = RawClient.logIn(node.target().in("left_behind"))) {
        assertThat(next.value("SELECT random()")).isNotEqualTo(foreseen);
      }
    }
  }

  static List<String> seeds() {
    return List.of(
        "SELECT setseed(0.25)",
        "SET seed = 0.25",
        "BEGIN; SET LOCAL seed = 0.25; COMMIT",
        "SELECT set_config('seed', '0.25', true)",
        "SELECT set_config('se' || 'ed', '0.25', true)",
        "BEGIN; SELECT set_config('se' || 'ed', '0.25', true); ROLLBACK");
  }
}
