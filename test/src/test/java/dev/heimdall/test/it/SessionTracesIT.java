package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What one client leaves in a server's session, by whatever code, the next client on the same
 * connection does not find.
 */
class SessionTracesIT {
  private static final String DATABASE = "session_traces";
  private static TestNode node;

  /** All of a session that another client could notice, without what is of no one. */
  private static final String TRACES =
      "SELECT concat_ws(' ',"
          + " (SELECT string_agg(name || '=' || setting, ',') FROM pg_settings"
          + " WHERE source = 'session' AND name NOT IN ('application_name', 'client_encoding',"
          + " 'DateStyle', 'extra_float_digits', 'TimeZone')),"
          + " nullif('leak=' || current_setting('my.leak', true), 'leak='),"
          + " (SELECT string_agg('lock ' || objid, ',') FROM pg_locks"
          + " WHERE pid = pg_backend_pid() AND locktype = 'advisory'),"
          + " (SELECT string_agg('temporary ' || relname, ',') FROM pg_class"
          + " WHERE relnamespace = pg_my_temp_schema() AND relnamespace <> 0),"
          + " (SELECT string_agg('prepared ' || name, ',') FROM pg_prepared_statements"
          + " WHERE name !~ '^hd_'),"
          + " (SELECT string_agg('cursor ' || name, ',') FROM pg_cursors WHERE name <> ''),"
          + " (SELECT string_agg('listens ' || c, ',') FROM pg_listening_channels() c),"
          + " nullif(pg_replication_origin_session_is_setup()::text, 'false'),"
          + " nullif('role ' || current_user, 'role app'))";

  @BeforeAll
  static void start() throws Exception {
    SharedPostgres.createDatabase(DATABASE);
    Target direct = SharedPostgres.target().in(DATABASE);
    try (Connection app = direct.jdbc();
        Statement statement = app.createStatement()) {
      for (String ddl :
          List.of(
              "CREATE FUNCTION leaks(v text) RETURNS text LANGUAGE plpgsql AS"
                  + " $$ BEGIN PERFORM set_config('my.leak', v, false); RETURN v; END $$",
              "CREATE FUNCTION locks() RETURNS int LANGUAGE plpgsql AS"
                  + " $$ BEGIN PERFORM pg_advisory_lock(7); RETURN 1; END $$",
              "CREATE FUNCTION leaks_on_write() RETURNS trigger LANGUAGE plpgsql AS"
                  + " $$ BEGIN PERFORM leaks('trigger'); RETURN new; END $$",
              "CREATE FUNCTION quiet(i int) RETURNS int LANGUAGE plpgsql AS"
                  + " $$ BEGIN RETURN i + 1; END $$",
              "CREATE PROCEDURE leaks_when_called() LANGUAGE plpgsql AS"
                  + " $$ BEGIN PERFORM set_config('my.leak', 'called', false); END $$",
              "CREATE DOMAIN checked AS text CHECK (leaks(VALUE) IS NOT NULL)",
              "CREATE TYPE composed AS (a checked)",
              "CREATE DOMAIN harmless AS text CHECK (VALUE <> 'x')",
              "CREATE SEQUENCE counted",
              "CREATE FUNCTION asks() RETURNS bigint LANGUAGE sql AS 'SELECT lastval()'",
              "CREATE FUNCTION asks_in_turn() RETURNS bigint LANGUAGE plpgsql AS"
                  + " $$ BEGIN RETURN asks(); END $$",
              "CREATE FUNCTION asks_on_write() RETURNS trigger LANGUAGE plpgsql AS"
                  + " $$ BEGIN new.a := currval('counted'); RETURN new; END $$",
              "CREATE VIEW asking AS SELECT asks() AS a",
              "CREATE TABLE asked (a bigint)",
              "CREATE TRIGGER ask BEFORE INSERT ON asked FOR EACH ROW"
                  + " EXECUTE FUNCTION asks_on_write()",
              "CREATE TABLE defaulted (a bigint DEFAULT lastval())",
              "CREATE FUNCTION seeds(v text) RETURNS text LANGUAGE plpgsql AS"
                  + " $$ BEGIN RETURN set_config('se' || v, '0.25', true); END $$",
              "CREATE TABLE plain (a int)",
              "INSERT INTO plain VALUES (1)",
              "CREATE TABLE watched (a int)",
              "CREATE TRIGGER leak BEFORE INSERT ON watched FOR EACH ROW"
                  + " EXECUTE FUNCTION leaks_on_write()",
              "CREATE TABLE indexed (a int)",
              "INSERT INTO indexed VALUES (1)",
              "CREATE FUNCTION locks_immutably(i int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS"
                  + " $$ BEGIN PERFORM pg_advisory_lock(8); RETURN i; END $$",
              "CREATE INDEX indexed_a ON indexed (locks_immutably(a))",
              "CREATE MATERIALIZED VIEW remembered AS SELECT locks() AS a",
              "CREATE TABLE partitioned (a int) PARTITION BY LIST (locks_immutably(a))",
              "CREATE TABLE partition_of PARTITION OF partitioned DEFAULT",
              "CREATE FUNCTION turns() RETURNS int LANGUAGE sql AS 'SELECT 1'",
              "CREATE FUNCTION turns_in_block() RETURNS int LANGUAGE sql AS 'SELECT 1'",
              "CREATE PROCEDURE turns_when_called() LANGUAGE plpgsql AS 'BEGIN END'",
              "CREATE FUNCTION turns_on_write() RETURNS trigger LANGUAGE plpgsql AS"
                  + " 'BEGIN RETURN new; END'",
              "CREATE TABLE turned (a int)",
              "CREATE TRIGGER turn BEFORE INSERT ON turned FOR EACH ROW"
                  + " EXECUTE FUNCTION turns_on_write()",
              "CREATE TABLE later_watched (a int)",
              "CREATE TABLE switched (a int)",
              "CREATE TRIGGER leak BEFORE INSERT ON switched FOR EACH ROW"
                  + " EXECUTE FUNCTION leaks_on_write()",
              "ALTER TABLE switched DISABLE TRIGGER leak",
              "CREATE VIEW turned_view AS SELECT 1 AS a",
              "CREATE TABLE summed (a int)",
              "CREATE INDEX summed_a ON summed USING brin (locks_immutably(a))",
              "INSERT INTO summed SELECT generate_series(1, 40000)",
              "CREATE FUNCTION path_of_function() RETURNS int LANGUAGE plpgsql"
                  + " SET search_path = pg_temp, public AS"
                  + " $$ BEGIN CREATE TABLE by_path (a int); RETURN 1; END $$",
              "CREATE FUNCTION creates() RETURNS int LANGUAGE plpgsql AS"
                  + " $$ BEGIN CREATE TABLE by_path (a int); RETURN 1; END $$",
              "CREATE FUNCTION path_of_caller() RETURNS int LANGUAGE plpgsql"
                  + " SET search_path = public, pg_temp AS"
                  + " $$ BEGIN SET LOCAL search_path = ''; RETURN public.creates(); END $$",
              "CREATE FUNCTION path_in_body() RETURNS int LANGUAGE plpgsql AS"
                  + " $$ BEGIN SET LOCAL search_path = 'pg_temp';"
                  + " CREATE TABLE by_path (a int); RETURN 1; END $$",
              "CREATE FUNCTION path_by_call() RETURNS int LANGUAGE plpgsql AS"
                  + " $$ BEGIN PERFORM set_config('search_path', 'pg_temp', true);"
                  + " CREATE TABLE by_path (a int); RETURN 1; END $$",
              "CREATE FUNCTION path_computed(p text) RETURNS int LANGUAGE plpgsql AS"
                  + " $$ BEGIN PERFORM set_config('search_path', p, true);"
                  + " CREATE TABLE by_path (a int); RETURN 1; END $$",
              "CREATE FUNCTION moves(p text) RETURNS text LANGUAGE plpgsql AS"
                  + " $$ BEGIN RETURN set_config('search_path', p || ', public', true); END $$")) {
        statement.execute(ddl);
      }
    }
    SharedPostgres.primary()
        .executeIn(
            DATABASE,
            "CREATE FUNCTION locks_unread(bigint) RETURNS void STABLE"
                + " LANGUAGE internal AS 'pg_advisory_lock_int8'",
            "CREATE FUNCTION locks_unread(int, int) RETURNS void IMMUTABLE"
                + " LANGUAGE internal AS 'pg_advisory_lock_int4'",
            "CREATE FUNCTION remembers(text) RETURNS void STABLE"
                + " LANGUAGE internal AS 'pg_replication_origin_session_setup'",
            "GRANT EXECUTE ON FUNCTION pg_replication_origin_session_is_setup() TO app",
            "SELECT pg_replication_origin_create('session_traces')");
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .source("catalog.refresh", "1s")
                    .vdb("pool.size", 1)
                    .vdb("databases", Map.of("app", DATABASE)));
  }

  @BeforeEach
  void awaitCatalogue() {
    Await.until(
        "the catalogue is read",
        () -> {
          try (RawClient client = logIn()) {
            client.query("SELECT quiet(1)");
            return node.pinReason(client) == null;
          }
        });
  }

  @AfterAll
  static void stop() {
    node.close();
    SharedPostgres.primary()
        .executeIn(DATABASE, "SELECT pg_replication_origin_drop('session_traces')");
  }

  private static RawClient logIn() throws IOException {
    return RawClient.logIn(node.target());
  }

  private static void checkNobodyFinds(String after) throws IOException {
    try (RawClient other = RawClient.logIn(node.target().as("other", "other"))) {
      assertThat(other.value(TRACES)).as(after).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT asks()",
        "SELECT asks_in_turn() FROM plain",
        "SELECT * FROM asking",
        "INSERT INTO asked VALUES (1)",
        "INSERT INTO defaulted VALUES (DEFAULT)",
        "DO $$ BEGIN PERFORM lastval(); END $$",
        "DO $$ BEGIN EXECUTE 'SELECT last' || 'val()'; END $$",
      })
  void theNextClientIsNotToldWhatAnotherTookFromASequence(String sql) throws IOException {
    for (byte[] asked :
        List.of(
            Frontend.query(sql),
            Frontend.all(Frontend.statement(sql), Frontend.sync()),
            Frontend.all(
                Frontend.statement("SELECT 1"), Frontend.statement(sql), Frontend.sync()))) {
      for (boolean inTransaction : new boolean[] {false, true}) {
        try (RawClient taking = logIn()) {
          taking.value("SELECT nextval('counted')");
        }
        try (RawClient asking = logIn()) {
          if (inTransaction) {
            asking.query("BEGIN");
          }
          asking.send(asked);
          assertThat(asking.untilReady())
              .filteredOn(m -> m.type() == 'E')
              .extracting(Message::sqlState)
              .containsExactly("55000");
          asking.query("ROLLBACK");
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "checked, SELECT $1, x, true",
    "checked[], SELECT $1, {x}, true",
    "composed, SELECT $1, (x), true",
    "checked, SELECT 1 FROM plain WHERE $1 IS NULL, x, true",
    "harmless, SELECT $1, y, false",
    "text, SELECT $1, x, false",
  })
  void aParametersDomainIsChecked(String type, String sql, String value, boolean pins)
      throws IOException {
    int oid;
    try (RawClient direct = RawClient.logIn(SharedPostgres.target().in(DATABASE))) {
      oid = Integer.parseInt(direct.value("SELECT '" + type + "'::regtype::oid"));
    }
    for (String name : List.of("", "named")) {
      try (RawClient client = logIn()) {
        client.send(
            Frontend.parse(name, sql, oid),
            Frontend.bind("", name, value),
            Frontend.execute("", 0),
            Frontend.sync());
        assertThat(client.untilReady()).noneMatch(m -> m.type() == 'E');
        assertThat(node.pinReason(client) != null).as("pinned").isEqualTo(pins);
      }
      checkNobodyFinds(sql);
    }
  }

  @Test
  void whatATransactionTookItselfItsFunctionsAreTold() throws IOException {
    try (RawClient taking = logIn()) {
      taking.value("SELECT nextval('counted')");
    }
    try (RawClient client = logIn()) {
      client.query("BEGIN");
      String taken = client.value("SELECT nextval('counted')");
      assertThat(client.value("SELECT asks()")).isEqualTo(taken);
      assertThat(client.value("INSERT INTO asked VALUES (1) RETURNING a")).isEqualTo(taken);
      assertThat(client.value("SELECT * FROM asking")).isEqualTo(taken);
      client.query("COMMIT");
    }
  }

  @Test
  void theNextClientCannotForeseeChanceAfterAFunctionThatMaySeed() throws IOException {
    String foreseen;
    try (RawClient direct = RawClient.logIn(SharedPostgres.target().in(DATABASE))) {
      direct.query("SELECT setseed(0.25)");
      foreseen = direct.value("SELECT random()");
    }
    for (String sql : List.of("SELECT seeds('ed')", "SELECT seeds('ed'), 1 / (a - 1) FROM plain")) {
      try (RawClient client = logIn()) {
        client.query(sql);
        assertThat(node.pinReason(client)).isNull();
      }
      try (RawClient next = logIn()) {
        assertThat(next.value("SELECT random()")).as(sql).isNotEqualTo(foreseen);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // What a code block calls.
        "DO $$ BEGIN PERFORM leaks('block'); END $$",
        "DO LANGUAGE plpgsql 'BEGIN PERFORM leaks(''block''); END'",
        "/*+ hint */ DO $$ BEGIN PERFORM leaks('block'); END $$",
        "DO $$ BEGIN PERFORM locks(); END $$",
        "DO $$ DECLARE x text := leaks('block'); BEGIN END $$",
        "DO $$ BEGIN CALL leaks_when_called(); END $$",
        "DO $$ BEGIN INSERT INTO watched VALUES (1); END $$",
        "SELECT 1; DO $$ BEGIN PERFORM leaks('block'); END $$",
        // Text that is put together.
        "DO $$ BEGIN EXECUTE 'CREATE TE' || 'MP TABLE hidden (a int)'; END $$",
        "DO $$ BEGIN EXECUTE 'DEALLO' || 'CATE ALL'; EXECUTE 'SE' || 'T my.leak = 1'; END $$",
        "DO $$ BEGIN EXECUTE 'PREP' || 'ARE left_behind AS SELECT 1'; END $$",
        "DO $a$ BEGIN EXECUTE 'DO $b$ BEGIN PERFORM lea' || 'ks(''x''); END $b$'; END $a$",
        "DO $a$ BEGIN DO $b$ BEGIN PERFORM leaks('x'); END $b$; END $a$",
        // Code that a block makes and runs.
        "DO $$ BEGIN CREATE OR REPLACE FUNCTION fresh() RETURNS text LANGUAGE sql AS"
            + " 'SELECT leaks(''fresh'')'; PERFORM fresh(); END $$",
        "DO $$ BEGIN CREATE TABLE IF NOT EXISTS likewise (LIKE watched);"
            + " CREATE TRIGGER t BEFORE INSERT ON likewise FOR EACH ROW"
            + " EXECUTE FUNCTION leaks_on_write(); INSERT INTO likewise VALUES (1);"
            + " DROP TABLE likewise; END $$",
        // Statements that are not read to the end.
        "REINDEX INDEX indexed_a",
        "REINDEX TABLE indexed",
        "VACUUM (FULL) indexed",
        "CLUSTER indexed USING indexed_a",
        "REFRESH MATERIALIZED VIEW remembered",
        "CREATE INDEX indexed_b ON indexed (locks_immutably(a)); DROP INDEX indexed_b",
        "ALTER TABLE plain ADD COLUMN b int DEFAULT locks(); ALTER TABLE plain DROP COLUMN b",
        "ALTER TABLE plain ALTER COLUMN a TYPE bigint USING locks();"
            + " ALTER TABLE plain ALTER COLUMN a TYPE int",
        "INSERT INTO partitioned VALUES (1)",
        // A language that nobody reads, whatever the function is declared to be.
        "SELECT locks_unread(9)",
        "SELECT locks_unread(a, 9) FROM plain",
        "DO $$ BEGIN PERFORM locks_unread(9); END $$",
        // Code that was known, and is replaced before it runs.
        "CREATE OR REPLACE FUNCTION turns() RETURNS int LANGUAGE sql AS"
            + " 'SELECT length(leaks(''turned''))'; SELECT turns()",
        "CREATE OR REPLACE PROCEDURE turns_when_called() LANGUAGE plpgsql AS"
            + " $$ BEGIN PERFORM leaks('turned'); END $$; CALL turns_when_called()",
        "CREATE OR REPLACE FUNCTION turns_on_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " PERFORM leaks('turned'); RETURN new; END $$; INSERT INTO turned VALUES (1)",
        "DO $a$ BEGIN CREATE OR REPLACE FUNCTION turns_in_block() RETURNS int LANGUAGE sql AS"
            + " 'SELECT length(leaks(''turned''))'; END $a$; SELECT turns_in_block()",
        "CREATE TRIGGER leak BEFORE INSERT ON later_watched FOR EACH ROW"
            + " EXECUTE FUNCTION leaks_on_write(); INSERT INTO later_watched VALUES (1)",
        "ALTER TABLE switched ENABLE TRIGGER leak; INSERT INTO switched VALUES (1)",
        "CREATE OR REPLACE VIEW turned_view AS SELECT length(leaks('turned')) AS a;"
            + " SELECT * FROM turned_view",
        // What DISCARD ALL leaves where it is.
        "SELECT remembers('session_traces')",
        "DO $$ BEGIN PERFORM remembers('session_traces'); END $$",
        "DO $$ BEGIN EXECUTE 'SELECT rem' || 'embers(''session_traces'')'; END $$",
        "SELECT query_to_xml('SELECT remem' || 'bers(''session_traces'')', true, false, '')",
        "BEGIN; SELECT remembers('session_traces'); ROLLBACK",
        // A type that is not named as one.
        "SELECT pg_input_is_valid('x', 'checked')",
        "SELECT message FROM pg_input_error_info('x', 'checked')",
        "SELECT pg_input_is_valid('{x}', 'che' || 'cked[]')",
        "SELECT record_in('(x)', (SELECT oid FROM pg_type WHERE typname ~ '^compos'), -1)",
        "SELECT array_in('{x}', (SELECT oid FROM pg_type WHERE typname ~ '^checke'), -1)",
        "SELECT json_value('{\"a\":\"x\"}', '$.a' RETURNING checked)",
        "SELECT json_query('{\"a\":\"x\"}', '$.a' RETURNING checked OMIT QUOTES)",
        "SELECT xmlserialize(CONTENT '<a/>' AS checked)",
        // What an index is made of.
        "SELECT brin_summarize_new_values('summed_a')",
        "SELECT brin_desummarize_range('summed_a', 0); SELECT brin_summarize_range('summed_a', 0)",
        // Tables that only the search path makes temporary.
        "SELECT path_of_function()",
        "SELECT path_in_body()",
        "SELECT path_by_call()",
        "SELECT path_computed('pg_temp')",
        "BEGIN; SELECT moves('pg_temp'); SELECT public.creates(); COMMIT",
        "BEGIN; SELECT moves('pg_temp'); CREATE TABLE by_path (a int); COMMIT",
        "BEGIN; SELECT set_config('search_path', 'pg_' || 'temp', true);"
            + " CREATE TABLE by_path (a int); COMMIT",
        "SELECT set_config('search_path', 'pg_' || 'temp', false); SELECT 1 AS a INTO by_path",
        // Text that the server runs.
        "SELECT query_to_xml('SELECT lea' || 'ks(''xml'')', true, false, '')",
        "SELECT * FROM ts_stat('SELECT to_tsvector(lea' || 'ks(''stat''))')",
      })
  void theNextClientFindsNothing(String sql) throws IOException {
    try (RawClient client = logIn()) {
      assertThat(client.query(sql)).as(sql).noneMatch(m -> m.type() == 'E');
    }
    checkNobodyFinds(sql);
  }

  /** Statements of a pipeline are judged before anything is answered. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void codeThatIsReplacedInAPipelineLeavesNothing(boolean oneBatch) throws IOException {
    String name = oneBatch ? "turns_in_batch" : "turns_in_pipeline";
    try (RawClient direct = RawClient.logIn(SharedPostgres.target().in(DATABASE))) {
      direct.query("CREATE FUNCTION " + name + "() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    }
    Await.until(
        "the catalogue has it",
        () -> {
          try (RawClient client = logIn()) {
            client.query("SELECT " + name + "()");
            return node.pinReason(client) == null;
          }
        });
    String replace =
        "CREATE OR REPLACE FUNCTION "
            + name
            + "() RETURNS int LANGUAGE sql AS 'SELECT length(leaks(''turned''))'";
    String call = "SELECT " + name + "()";
    try (RawClient client = logIn()) {
      if (oneBatch) {
        client.send(statement(replace), statement(call), sync());
        assertThat(client.untilReady()).noneMatch(m -> m.type() == 'E');
      } else {
        client.send(query(replace), query(call));
        assertThat(client.untilReady()).noneMatch(m -> m.type() == 'E');
        assertThat(client.untilReady()).noneMatch(m -> m.type() == 'E');
      }
    }
    checkNobodyFinds(call);
  }
}
