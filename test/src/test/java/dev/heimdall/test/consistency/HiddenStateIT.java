package dev.heimdall.test.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One client makes state in a server's session in random ways, most of them out of sight; the next
 * client on the same connection, of the same user or of another, looks for any trace of it.
 */
class HiddenStateIT {
  private static final String DATABASE = "hidden_state";

  /** All of a session that a client could notice. */
  private static final String TRACES =
      "SELECT concat_ws(' ',"
          + " (SELECT string_agg(name || '=' || setting, ',') FROM pg_settings"
          + " WHERE name IN ('statement_timeout', 'lock_timeout', 'search_path', 'work_mem')"
          + " AND setting <> reset_val),"
          + " nullif('leak=' || current_setting('my.leak', true), 'leak='),"
          + " (SELECT string_agg('lock ' || objid, ',') FROM pg_locks"
          + " WHERE pid = pg_backend_pid() AND locktype = 'advisory'),"
          + " (SELECT string_agg('temporary ' || relname, ',') FROM pg_class"
          + " WHERE relnamespace = pg_my_temp_schema() AND relnamespace <> 0),"
          + " (SELECT string_agg('prepared ' || name, ',') FROM pg_prepared_statements"
          + " WHERE name !~ '^hd_'),"
          + " (SELECT string_agg('cursor ' || name, ',') FROM pg_cursors WHERE name <> ''),"
          + " (SELECT string_agg('listens ' || c, ',') FROM pg_listening_channels() c),"
          + " nullif('role ' || current_user, 'role app'))";

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
          "CALL called()");

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
          "PREPARE hidden_p AS SELECT %s(); EXECUTE hidden_p");

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
          "SET my.leak = 'in sight'");

  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    SharedPostgres.createDatabase(DATABASE);
    String[] definitions = {
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
      plpgsql("on_event()", "event_trigger", "PERFORM locks();"),
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
  @Tag("long")
  void theNextClientFindsNoTraceInManyRounds() throws IOException {
    rounds(Integer.getInteger("hidden.rounds", 100_000));
  }

  private static void rounds(int rounds) throws IOException {
    long seed = Long.getLong("hidden.seed", System.nanoTime());
    System.out.println("hidden state: seed " + seed + ", " + rounds + " rounds");
    Random random = new Random(seed);
    try (RawClient same = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target().as("other", "other"))) {
      for (int i = 0; i < rounds; i++) {
        StringBuilder done = new StringBuilder();
        try (RawClient maker = RawClient.logIn(node.target())) {
          for (int n = random.nextInt(3); n >= 0; n--) {
            String sql = statement(random);
            done.append(sql).append("; ");
            maker.query(sql);
          }
        }
        RawClient looker = random.nextBoolean() ? same : other;
        assertThat(looker.value(TRACES)).as("seed %d, round %d: %s", seed, i, done).isEmpty();
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
