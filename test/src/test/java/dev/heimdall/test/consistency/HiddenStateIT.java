package dev.heimdall.test.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One client makes state in a server's session in random ways, most of them out of sight; the next
 * client on the same connection, of the same user or of another, looks for any trace of it.
 */
@Tag("long")
class HiddenStateIT {
  private static final String DATABASE = "hidden_state";

  /** Settings as the client has them; what it has itself set is among them. */
  private static final String SETTINGS =
      "(SELECT string_agg(name || '=' || setting, ',' ORDER BY name) FROM pg_settings"
          + " WHERE setting <> boot_val"
          + " OR (source = 'session' AND name NOT LIKE 'transaction\\_%'))";

  /** All of a session that a client could notice, besides its settings. */
  private static final String TRACES =
      "SELECT concat_ws(' ',"
          + " nullif('leak=' || current_setting('my.leak', true), 'leak='),"
          + " nullif('other leak=' || current_setting('our.leak', true), 'other leak='),"
          + " (SELECT string_agg('lock ' || objid || mode, ',') FROM pg_locks"
          + " WHERE pid = pg_backend_pid() AND locktype = 'advisory'),"
          + " (SELECT string_agg('temporary ' || relname, ',') FROM pg_class"
          + " WHERE relnamespace = pg_my_temp_schema() AND relnamespace <> 0),"
          + " (SELECT string_agg('temporary type ' || typname, ',') FROM pg_type"
          + " WHERE typnamespace = pg_my_temp_schema() AND typnamespace <> 0),"
          + " (SELECT string_agg('temporary function ' || proname, ',') FROM pg_proc"
          + " WHERE pronamespace = pg_my_temp_schema() AND pronamespace <> 0),"
          + " (SELECT string_agg('prepared ' || name, ',') FROM pg_prepared_statements"
          + " WHERE name !~ '^hd_'),"
          + " (SELECT string_agg('cursor ' || name, ',') FROM pg_cursors WHERE name <> ''),"
          + " (SELECT string_agg('listens ' || c, ',') FROM pg_listening_channels() c),"
          + " (SELECT nullif('application ' || application_name, 'application ')"
          + " FROM pg_stat_activity WHERE pid = pg_backend_pid()),"
          + " (SELECT 'transaction of ' || query FROM pg_stat_activity"
          + " WHERE pid = pg_backend_pid() AND backend_xid IS NOT NULL),"
          + " nullif('session user ' || session_user, 'session user app'),"
          + " nullif('role ' || current_user, 'role app'))";

  /** Ways to ask for a value of a sequence, each of which the server refuses in a new session. */
  private static final List<String> VALUES =
      List.of(
          "SELECT lastval()",
          "SELECT currval('counted')",
          "SELECT currval(pg_get_serial_sequence('serials', 'id'))",
          "SELECT looks()",
          "SELECT looks() FROM plain",
          "SELECT * FROM looking",
          "INSERT INTO looked VALUES (DEFAULT)",
          "INSERT INTO minded VALUES (1)",
          "DO $$ BEGIN PERFORM lastval(); END $$",
          "DO $$ BEGIN PERFORM looks(); END $$",
          "DO $$ BEGIN EXECUTE 'SELECT last' || 'val()'; END $$",
          "EXPLAIN ANALYZE SELECT looks()");

  private static final String PREPARED =
      "SELECT count(*) FROM pg_prepared_xacts WHERE database = '" + DATABASE + "'";

  /** What leaves something behind when it is run in a function or block. */
  private static final List<String> ACTS =
      List.of(
          "PERFORM set_config('my.leak', 'x', false)",
          "SET statement_timeout = 12345",
          "SET SESSION work_mem = '1234kB'",
          "PERFORM set_config('search_' || 'path', 'hidden', false)",
          "PERFORM pg_advisory_lock(7)",
          "PERFORM pg_try_advisory_lock_shared(8)",
          "CREATE TEMP TABLE IF NOT EXISTS left_behind (a int)",
          "PERFORM deep('y')",
          "INSERT INTO watched VALUES (1)",
          "INSERT INTO shown VALUES (1)",
          "UPDATE pg_settings SET setting = '4321' WHERE name = 'lock_timeout'",
          "EXECUTE 'SE' || 'T lock_timeout = 77'",
          "EXECUTE 'LIS' || 'TEN hidden'",
          "EXECUTE 'CREATE TE' || 'MP TABLE IF NOT EXISTS left_too (a int)'",
          "EXECUTE 'PREP' || 'ARE hidden_' || (random() * 1e9)::int || ' AS SELECT 1'",
          "EXECUTE 'DO $x$ BEGIN PERFORM deep(''z''); END $x$'",
          "PERFORM 'x'::checked::text",
          "PERFORM 1 ### 2",
          "CALL called()",
          "PERFORM nextval('counted')",
          "PERFORM setval('counted', 7)",
          "INSERT INTO serials DEFAULT VALUES",
          "PERFORM setseed(0.25)",
          "SET seed = 0.25",
          "EXECUTE 'SELECT set' || 'seed(0.25)'",
          "PERFORM set_config('se' || 'ed', '0.25', true)",
          "CREATE TEMP SEQUENCE IF NOT EXISTS left_counting",
          "CREATE TYPE pg_temp.left_type AS (a int)",
          "CREATE OR REPLACE FUNCTION pg_temp.left_function() RETURNS int LANGUAGE sql"
              + " AS 'SELECT 1'",
          "EXECUTE 'CREATE OR REPLACE FUNCTION pg_' || 'temp.left_too() RETURNS int LANGUAGE sql"
              + " RETURN 1'",
          "SET ROLE hidden_guest",
          "SET SESSION ROLE hidden_guest",
          "PERFORM set_config('role', 'hidden_guest', false)",
          "EXECUTE 'SET RO' || 'LE hidden_guest'",
          "SET SESSION AUTHORIZATION DEFAULT",
          "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
          "SET default_transaction_deferrable = on",
          "SET default_transaction_isolation = 'repeatable read'",
          "SET plan_cache_mode = 'force_generic_plan'",
          "SET application_name = 'left behind'",
          "SET CONSTRAINTS ALL DEFERRED",
          "EXECUTE 'DEC' || 'LARE left_cursor CURSOR WITH HOLD FOR SELECT 1'",
          "PERFORM pg_advisory_xact_lock(3)",
          "PERFORM lo_open(4711, 262144)",
          "PERFORM pg_export_snapshot()",
          "PERFORM pg_notify('in_sight', 'news')",
          "RAISE WARNING 'left behind'",
          "SET LOCAL my.leak = 'local'",
          "PERFORM set_config('our.' || 'leak', 'computed', false)",
          "PERFORM set_config('TimeZone', 'Asia/Tokyo', false)",
          "EXECUTE 'SET Da' || 'teStyle = German'",
          "SET client_min_messages = 'error'");

  /** Statements that reach such code, each with a name of an act's function for %s. */
  private static final List<String> WAYS =
      List.of(
          "SELECT %s()",
          "SELECT * FROM %s()",
          "SELECT 1 WHERE %s() IS NULL",
          "WITH w AS MATERIALIZED (SELECT %s() AS a) SELECT a FROM w",
          "DO $$ BEGIN PERFORM %s(); END $$",
          "DO LANGUAGE plpgsql 'DECLARE a int := %s(); BEGIN END'",
          "BEGIN; SELECT %s(); COMMIT",
          "BEGIN; SELECT %s(); ROLLBACK",
          "EXPLAIN ANALYZE SELECT %s()",
          "INSERT INTO plain SELECT %s()",
          "UPDATE plain SET a = %s() WHERE a = (SELECT min(a) FROM plain)",
          "COPY (SELECT %s()) TO STDOUT",
          "SELECT sum(a) FROM (VALUES (%s())) v (a)",
          "DECLARE c CURSOR WITH HOLD FOR SELECT %s()",
          "PREPARE hidden_p AS SELECT %s(); EXECUTE hidden_p",
          "SELECT %s(), 1 / (count(*) - 1) FROM (SELECT 1) one",
          "DO $$ BEGIN PERFORM %s(); RAISE EXCEPTION 'failed'; END $$",
          "DO $$ BEGIN PERFORM %s(); COMMIT; END $$",
          "DO $$ BEGIN PERFORM %s(); EXCEPTION WHEN OTHERS THEN NULL; END $$",
          "BEGIN; SAVEPOINT s; SELECT %s(); ROLLBACK TO s; COMMIT",
          "BEGIN; SELECT %s()",
          "BEGIN; SELECT %s(); PREPARE TRANSACTION 'hidden'",
          "BEGIN; SELECT %s(); PREPARE TRANSACTION 'hidden'; ROLLBACK PREPARED 'hidden'",
          "BEGIN READ ONLY; SELECT %s(); COMMIT",
          "SELECT %s(); SELECT no_such_column");

  /** Statements that reach such code, and name no function. */
  private static final List<String> OTHERS =
      List.of(
          "INSERT INTO watched VALUES (1)",
          "INSERT INTO shown VALUES (1)",
          "INSERT INTO ruled VALUES (1)",
          "INSERT INTO defaulted VALUES (DEFAULT)",
          "INSERT INTO domains VALUES ('x')",
          "SELECT 'x'::checked",
          "SELECT checked 'x'",
          "SELECT 1 ### 2",
          "SELECT 5::converted",
          "SELECT aggregated(a) FROM (VALUES (1), (2)) v (a)",
          "SELECT * FROM shows",
          "SELECT * FROM policed",
          "CALL called()",
          "REFRESH MATERIALIZED VIEW remembered",
          "REINDEX INDEX indexed_a",
          "ANALYZE indexed",
          "VACUUM (FULL) indexed",
          "SELECT r.attributed FROM plain r LIMIT 1",
          "CREATE TABLE made_for_event (a int); DROP TABLE made_for_event",
          "SELECT pg_advisory_lock(5)",
          "CREATE TEMP TABLE in_sight (a int)",
          "LISTEN in_sight",
          "SET my.leak = 'in sight'",
          "SELECT nextval('counted')",
          "SELECT setval('counted', 3)",
          "INSERT INTO serials DEFAULT VALUES",
          "SELECT setseed(0.25)",
          "SELECT setseed(0.25), 1 / (count(*) - 1) FROM (SELECT 1) one",
          "SET seed = 0.25",
          "BEGIN; SET LOCAL seed = 0.25; COMMIT",
          "SET ROLE hidden_guest",
          "SET SESSION AUTHORIZATION DEFAULT",
          "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY,"
              + " DEFERRABLE",
          "BEGIN; SET CONSTRAINTS ALL DEFERRED; SET TRANSACTION READ ONLY",
          "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_export_snapshot()",
          "SET plan_cache_mode = 'force_custom_plan'",
          "SET application_name = 'in sight'",
          "CREATE TYPE pg_temp.in_sight AS ENUM ('a')",
          "CREATE FUNCTION pg_temp.in_sight() RETURNS int LANGUAGE sql AS 'SELECT 1'",
          "BEGIN; SELECT lo_open(4711, 262144); COMMIT",
          "BEGIN; SELECT lo_open(4711, 262144)",
          "BEGIN; DECLARE c CURSOR FOR SELECT 1; FETCH c",
          "DECLARE in_sight CURSOR WITH HOLD FOR SELECT 1",
          "BEGIN; DECLARE in_sight CURSOR WITH HOLD FOR SELECT 1; ROLLBACK",
          "PREPARE in_sight AS SELECT 1",
          "BEGIN; PREPARE in_sight AS SELECT 1; ROLLBACK",
          "NOTIFY in_sight, 'news'",
          "LISTEN in_sight; NOTIFY in_sight, 'own news'",
          "SELECT pg_try_advisory_lock(1, 2)",
          "SELECT pg_advisory_lock_shared(11), 1 / (count(*) - 1) FROM (SELECT 1) one",
          "SELECT pg_advisory_xact_lock(12)",
          "SET TIME ZONE 'Asia/Tokyo'",
          "SET client_encoding = 'LATIN1'",
          "SELECT set_config('our.' || 'leak', 'computed', false)",
          "SELECT \"pg_advisory_lock\"(21)",
          "SELECT pg_catalog . \"pg_advisory_lock\" /* so */ (22)",
          "SELECT U&\"\\0070g_advisory_lock\"(23)",
          "SELECT * FROM pg_advisory_lock(24)",
          "SELECT * FROM ROWS FROM (pg_advisory_lock(25), pg_advisory_lock_shared(26)) AS l",
          "SELECT \"setseed\"(0.25)",
          "SELECT set_config(setting_name => 'my.leak', new_value => 'x', is_local => false)",
          "SELECT query_to_xml('SELECT pg_advisory_' || 'lock(27)', true, false, '')",
          "SELECT query_to_xml('SELECT set' || 'seed(0.25)', true, false, '')",
          "SELECT query_to_xml('SELECT act_0()', true, false, '')",
          "COPY (SELECT pg_advisory_lock(28)) TO STDOUT",
          "VALUES (pg_advisory_lock(29))",
          "SELECT nextval('counted'), setseed(0.25), pg_advisory_lock(30)",
          "EXPLAIN (ANALYZE) SELECT pg_advisory_lock(31)",
          "BEGIN; SET my.leak = 'kept'; SET work_mem = '4321kB'; PREPARE TRANSACTION 'hidden'",
          "BEGIN; SET LOCAL my.leak = 'local'; NOTIFY in_sight; PREPARE TRANSACTION 'hidden'",
          "BEGIN; INSERT INTO serials DEFAULT VALUES; PREPARE TRANSACTION 'hidden'",
          "BEGIN; SELECT pg_advisory_lock(32); PREPARE TRANSACTION 'hidden'",
          "BEGIN; SELECT pg_advisory_xact_lock(33); PREPARE TRANSACTION 'hidden'",
          "BEGIN; CREATE TEMP TABLE in_sight (a int); PREPARE TRANSACTION 'hidden'",
          "BEGIN; SET ROLE hidden_guest; PREPARE TRANSACTION 'hidden'; PREPARE in_sight AS SELECT"
              + " 1",
          "BEGIN; SELECT lo_open(4711, 262144); PREPARE TRANSACTION 'hidden'",
          "BEGIN; DECLARE in_sight CURSOR WITH HOLD FOR SELECT 1; PREPARE TRANSACTION 'hidden'",
          "COMMIT PREPARED 'hidden'",
          "ROLLBACK PREPARED 'hidden'",
          "SELECT pg_input_is_valid('x', 'checked')",
          "SELECT json_value('{\"a\":\"x\"}', '$.a' RETURNING checked)",
          "SELECT * FROM json_to_record('{\"a\":\"x\"}') AS r(a checked)",
          "SELECT tabled_by_path()",
          "BEGIN; SELECT set_config('search_path', 'pg_' || 'temp', true);"
              + " CREATE TABLE by_path (a int); COMMIT",
          "SET temp_buffers = '9MB'",
          "BEGIN; SET LOCAL ROLE hidden_guest; COMMIT AND CHAIN",
          "BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT AND CHAIN",
          "RESET ALL",
          "DISCARD ALL",
          "DISCARD TEMP",
          "ROLLBACK");

  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    SharedPostgres.createDatabase(DATABASE);
    String[] definitions = {
      "DO $$ BEGIN CREATE ROLE hidden_guest; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
      "GRANT hidden_guest TO app",
      "SELECT lo_create(4711)",
      "GRANT ALL ON LARGE OBJECT 4711 TO app",
      "CREATE SCHEMA hidden AUTHORIZATION app",
      "SET ROLE app",
      plpgsql("deep(v text)", "text", "PERFORM set_config('my.leak', v, false); RETURN v;"),
      plpgsql("locks()", "int", "PERFORM pg_advisory_lock(6); RETURN 1;"),
      plpgsql("triggered()", "trigger", "PERFORM deep('trigger'); RETURN new;"),
      plpgsql("checks(v text)", "boolean", "PERFORM deep('check'); RETURN true;"),
      plpgsql("operates(a int, b int)", "int", "PERFORM locks(); RETURN 1;"),
      "CREATE PROCEDURE called() LANGUAGE plpgsql AS"
          + " $$ BEGIN PERFORM set_config('my.leak', 'called', false); END $$",
      "CREATE TABLE plain (a int)",
      "INSERT INTO plain SELECT generate_series(1, 3)",
      "CREATE TABLE watched (a int)",
      "CREATE TRIGGER t BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION triggered()",
      "CREATE VIEW shown AS SELECT a FROM watched",
      "CREATE TABLE ruled (a int)",
      "CREATE RULE r AS ON INSERT TO ruled DO ALSO INSERT INTO watched VALUES (new.a)",
      "CREATE TABLE defaulted (a int DEFAULT locks())",
      "CREATE DOMAIN checked AS text CHECK (checks(VALUE))",
      "CREATE TABLE domains (a checked)",
      "CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = operates)",
      "CREATE TYPE converted AS (a int)",
      plpgsql("converts(a int)", "converted", "PERFORM locks(); RETURN ROW(a)::converted;"),
      "CREATE CAST (int AS converted) WITH FUNCTION converts(int)",
      "CREATE AGGREGATE aggregated(int) (SFUNC = operates, STYPE = int, INITCOND = '0')",
      "CREATE VIEW shows AS SELECT locks() AS a",
      "CREATE TABLE policed (a int)",
      "INSERT INTO policed VALUES (1)",
      "ALTER TABLE policed ENABLE ROW LEVEL SECURITY",
      "ALTER TABLE policed FORCE ROW LEVEL SECURITY",
      "CREATE POLICY p ON policed USING (checks('x'))",
      "CREATE MATERIALIZED VIEW remembered AS SELECT locks() AS a",
      "CREATE TABLE indexed (a int)",
      "INSERT INTO indexed VALUES (1)",
      plpgsql("indexes(a int)", "int IMMUTABLE", "PERFORM pg_advisory_lock(9); RETURN a;"),
      "CREATE INDEX indexed_a ON indexed (indexes(a))",
      plpgsql("attributed(r plain)", "int", "PERFORM locks(); RETURN 1;"),
      "CREATE SEQUENCE counted",
      "CREATE TABLE serials (id serial)",
      plpgsql("looks()", "bigint", "RETURN lastval();"),
      "CREATE VIEW looking AS SELECT looks() AS a",
      "CREATE TABLE looked (a bigint DEFAULT currval('counted'))",
      plpgsql("minds()", "trigger", "new.a := lastval(); RETURN new;"),
      "CREATE TABLE minded (a bigint)",
      "CREATE TRIGGER t BEFORE INSERT ON minded FOR EACH ROW EXECUTE FUNCTION minds()",
      plpgsql("on_event()", "event_trigger", "PERFORM locks();"),
      "CREATE TABLE logins (pid int DEFAULT pg_backend_pid())",
      plpgsql("on_login()", "event_trigger", "INSERT INTO logins DEFAULT VALUES;"),
      "CREATE FUNCTION tabled_by_path() RETURNS int LANGUAGE plpgsql"
          + " SET search_path = pg_temp, public AS"
          + " $f$ BEGIN CREATE TABLE by_path (a int); RETURN 1; END $f$",
      "RESET ROLE"
    };
    SharedPostgres.primary().executeIn(DATABASE, definitions);
    for (int i = 0; i < ACTS.size(); i++) {
      SharedPostgres.primary()
          .executeIn(
              DATABASE,
              "SET ROLE app",
              plpgsql("act_" + i + "()", "int", ACTS.get(i) + "; RETURN 1;"));
    }
    SharedPostgres.primary()
        .executeIn(
            DATABASE,
            "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION on_event()",
            "CREATE EVENT TRIGGER l ON login EXECUTE FUNCTION on_login()",
            "SELECT pg_advisory_unlock_all()");
    node =
        TestNode.start(
            c -> c.node("loops", 1).vdb("pool.size", 1).vdb("databases", Map.of("app", DATABASE)));
    Await.until(
        "the catalogue is there",
        () -> {
          try (RawClient client = RawClient.logIn(node.target())) {
            client.query("SELECT 1 FROM plain");
            client.query("DO $$ BEGIN NULL; END $$");
            return node.clients().stream().allMatch(row -> row.get("pin_reason") == null);
          }
        });
  }

  private static String plpgsql(String name, String returns, String body) {
    return "CREATE FUNCTION %s RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN %s END $f$"
        .formatted(name, returns, body);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void theNextClientFindsNoTrace() throws IOException {
    rounds(Integer.getInteger("hidden.rounds", 60));
  }

  @Test
  @Timeout(value = 3, unit = TimeUnit.HOURS)
  void theNextClientFindsNoTraceInManyRounds() throws IOException {
    rounds(Integer.getInteger("hidden.rounds", 20_000));
  }

  /** What {@code random()} gives to the session that has set the seed, in order. */
  private static Set<String> foreseeable() throws IOException {
    Set<String> foreseeable = new HashSet<>();
    try (RawClient direct = RawClient.logIn(SharedPostgres.target().in(DATABASE))) {
      direct.query("SELECT setseed(0.25)");
      for (Message message : direct.query("SELECT random() FROM generate_series(1, 200)")) {
        if (message.type() == 'D') {
          foreseeable.add(message.columns().get(0));
        }
      }
    }
    return foreseeable;
  }

  private static void rounds(int rounds) throws IOException {
    long seed = Long.getLong("hidden.seed", System.nanoTime());
    System.out.println("hidden state: seed " + seed + ", " + rounds + " rounds");
    Random random = new Random(seed);
    Set<String> foreseeable = foreseeable();
    try (RawClient same = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target().as("other", "other"))) {
      String settings = other.value("SELECT " + SETTINGS);
      for (int i = 0; i < rounds; i++) {
        if (i > 0 && i % 5000 == 0) {
          System.out.println("hidden state: seed " + seed + ", " + i + " rounds without a trace");
        }
        StringBuilder done = new StringBuilder();
        try {
          make(random, done);
        } catch (IOException e) {
          throw new IOException("seed %d, round %d: %s".formatted(seed, i, done), e);
        }
        RawClient looker = random.nextBoolean() ? same : other;
        String what = "seed %d, round %d: %s".formatted(seed, i, done);
        assertThat(only(looker, TRACES, random)).as(what).isEmpty();
        switch (random.nextInt(3)) {
          case 0 ->
              assertThat(only(looker, "SELECT random()", random)).as(what).isNotIn(foreseeable);
          case 1 -> {
            String value = VALUES.get(random.nextInt(VALUES.size()));
            try (RawClient asking = RawClient.logIn(node.target().as("other", "other"))) {
              if (random.nextBoolean()) {
                asking.query("BEGIN");
              }
              assertThat(only(asking, value, random))
                  .as(what + " then " + value)
                  .isEqualTo("55000");
            }
          }
          default -> assertThat(looker.value("SELECT " + SETTINGS)).as(what).isEqualTo(settings);
        }
      }
    }
  }

  /**
   * Ends the transaction that was prepared, if it was: it belongs to the server, and keeps its
   * locks until somebody does. That may be another session, or the same.
   */
  private static void endPrepared(RawClient maker, Random random) throws IOException {
    String end = random.nextBoolean() ? "COMMIT PREPARED 'hidden'" : "ROLLBACK PREPARED 'hidden'";
    if (random.nextBoolean()) {
      maker.query("ROLLBACK");
      maker.query(end);
    }
    if (!"0".equals(SharedPostgres.primary().queryValue(DATABASE, PREPARED))) {
      SharedPostgres.primary().executeIn(DATABASE, end);
    }
  }

  /** The only value of the answer, or the SQLSTATE; there must be nothing but an answer. */
  private static String only(RawClient looker, String sql, Random random) throws IOException {
    if (random.nextBoolean()) {
      looker.send(Frontend.query(sql));
    } else {
      looker.send(Frontend.statement(sql), Frontend.sync());
    }
    String only = null;
    for (Message message : looker.untilReady()) {
      switch (message.type()) {
        case 'D' -> only = message.columns().get(0);
        case 'E' -> only = message.sqlState();
        case 'T', 'n', 'C', 'Z', '1', '2' -> {}
        default -> only = "a message of type " + message;
      }
    }
    return only;
  }

  /** One client does some of what there is, and leaves. */
  private static void make(Random random, StringBuilder done) throws IOException {
    try (RawClient maker = RawClient.logIn(node.target())) {
      for (int n = random.nextInt(3); n >= 0; n--) {
        String sql = statement(random);
        if (sql.contains("; ") && !sql.startsWith("DO ") || random.nextInt(3) > 0) {
          done.append(sql).append("; ");
          maker.query(sql);
        } else {
          String second = random.nextBoolean() ? "SELECT 1" : "SELECT 1 / 0";
          done.append("(batch) ").append(sql).append("; ").append(second).append("; ");
          maker.send(Frontend.statement(sql), Frontend.statement(second), Frontend.sync());
          maker.untilReady();
        }
        if (sql.contains("PREPARE TRANSACTION")) {
          endPrepared(maker, random);
        }
      }
      if (random.nextInt(4) == 0) {
        done.append("(vanishes)");
        maker.vanish();
      }
    }
  }

  private static String statement(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> OTHERS.get(random.nextInt(OTHERS.size()));
      case 1 -> "DO $$ BEGIN " + ACTS.get(random.nextInt(ACTS.size())) + "; END $$";
      default ->
          WAYS.get(random.nextInt(WAYS.size())).formatted("act_" + random.nextInt(ACTS.size()));
    };
  }
}
