package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Settings that change out of sight, inside of functions and triggers: the catalogue tells, and the
 * session keeps its server connection, which nobody else gets as it is.
 */
class SettingsInRoutinesIT {
  private static final String VALUE = "SELECT current_setting('my.leak', true)";
  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    try (RawClient client = RawClient.logIn(SharedPostgres.target())) {
      for (String ddl :
          List.of(
              "CREATE TABLE leak_rows (a int)",
              "CREATE TABLE leak_targets (a int)",
              "CREATE FUNCTION leak_sets(v text) RETURNS text LANGUAGE plpgsql AS"
                  + " $$ BEGIN PERFORM set_config('my.leak', v, false); RETURN v; END $$",
              "CREATE FUNCTION leak_calls() RETURNS text LANGUAGE sql AS"
                  + " $$ SELECT leak_sets('inner') $$",
              "CREATE FUNCTION leak_trigger() RETURNS trigger LANGUAGE plpgsql AS"
                  + " $$ BEGIN PERFORM leak_sets('trigger'); RETURN new; END $$",
              "CREATE PROCEDURE leak_procedure() LANGUAGE plpgsql AS"
                  + " $$ BEGIN PERFORM set_config('my.leak', 'called', false); END $$",
              "CREATE FUNCTION leak_locally() RETURNS text LANGUAGE plpgsql AS"
                  + " $$ BEGIN RETURN set_config('my.leak', 'local', true); END $$",
              "CREATE TRIGGER leak BEFORE INSERT ON leak_rows FOR EACH ROW"
                  + " EXECUTE FUNCTION leak_trigger()",
              "CREATE RULE leak_also AS ON INSERT TO leak_targets DO ALSO"
                  + " INSERT INTO leak_rows VALUES (new.a)",
              "CREATE VIEW leak_view AS SELECT leak_sets('view') AS a")) {
        assertThat(Replies.simple(client, ddl).state()).as(ddl).isEqualTo("00000");
      }
    }
    node = TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 2));
    Await.until(
        "the catalogue is there",
        () -> {
          try (RawClient client = RawClient.logIn(node.target())) {
            client.query("SELECT leak_locally()");
            return node.pinReason(client) == null;
          }
        });
  }

  @AfterAll
  static void stop() throws IOException {
    node.close();
    try (RawClient client = RawClient.logIn(SharedPostgres.target())) {
      client.query("DROP VIEW leak_view");
      client.query("DROP TABLE leak_targets, leak_rows");
      client.query("DROP PROCEDURE leak_procedure()");
      client.query("DROP FUNCTION leak_trigger(), leak_calls(), leak_sets(text), leak_locally()");
    }
  }

  /** Nobody who comes, on either connection, sees the setting. */
  private static void checkNobodySees() throws IOException {
    List<RawClient> all = new ArrayList<>();
    try {
      for (int i = 0; i < 2; i++) {
        RawClient client = RawClient.logIn(node.target());
        all.add(client);
        client.query("BEGIN");
        assertThat(client.value(VALUE)).isIn(null, "");
      }
    } finally {
      for (RawClient client : all) {
        client.close();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT leak_sets('mine') | mine | leak_sets",
        "SELECT * FROM leak_sets('mine') | mine | leak_sets",
        "SELECT leak_calls() | inner | leak_sets",
        "CALL leak_procedure() | called | leak_procedure",
        "INSERT INTO leak_rows VALUES (1) | trigger | leak_sets",
        "INSERT INTO leak_targets VALUES (1) | trigger | leak_sets",
        "SELECT * FROM leak_view | view | leak_sets",
        "WITH w AS (INSERT INTO leak_rows VALUES (2) RETURNING a) SELECT * FROM w | trigger |"
            + " leak_sets"
      })
  void theSessionIsPinnedAndTheSettingIsItsOwn(String sql, String value, String culprit)
      throws IOException {
    for (boolean batch : List.of(false, true)) {
      try (RawClient client = RawClient.logIn(node.target());
          RawClient other = RawClient.logIn(node.target())) {
        assertThat(node.pinReason(client)).isNull();
        Replies replies = batch ? Replies.batch(client, sql) : Replies.simple(client, sql);
        assertThat(replies.state()).isEqualTo("00000");
        assertThat(node.pinReason(client)).contains(culprit);
        for (int i = 0; i < 3; i++) {
          assertThat(other.value(VALUE)).isIn(null, "");
          assertThat(Replies.batch(other, VALUE).value()).isIn(null, "");
          assertThat(client.value(VALUE)).isEqualTo(value);
        }
      }
      checkNobodySees();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aStatementThatWasPreparedBeforePinsWhenItIsRun(boolean transaction) throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.send(parse("sets", "SELECT leak_sets($1)"), sync());
      client.untilReady();
      assertThat(node.pinReason(client)).isNull();
      if (transaction) {
        client.query("BEGIN");
      }
      client.send(bind("", "sets", "mine"), execute("", 0), sync());
      client.untilReady();
      assertThat(node.pinReason(client)).contains("leak_sets");
      if (transaction) {
        client.query("COMMIT");
      }
      assertThat(other.value(VALUE)).isIn(null, "");
      assertThat(client.value(VALUE)).isEqualTo("mine");
    }
    checkNobodySees();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"PREPARE p AS SELECT leak_sets('mine')", "PREPARE p AS SELECT leak_calls()"})
  void aStatementThatWasPreparedBySqlDoesNotLeakWhenItIsExecuted(String prepare)
      throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.query(prepare);
      String value = Replies.simple(client, "EXECUTE p").value();
      assertThat(other.value(VALUE)).isIn(null, "");
      assertThat(client.value(VALUE)).isEqualTo(value);
    }
    checkNobodySees();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRoutineMadeJustNowIsKnown(boolean batch) throws IOException {
    String make =
        "CREATE OR REPLACE FUNCTION leak_new() RETURNS text LANGUAGE plpgsql AS"
            + " $$ BEGIN RETURN set_config('my.leak', 'new', false); END $$";
    try (RawClient maker = RawClient.logIn(node.target())) {
      maker.query(make);
      try (RawClient client = RawClient.logIn(node.target());
          RawClient other = RawClient.logIn(node.target())) {
        assertThat(
                (batch
                        ? Replies.batch(client, "SELECT leak_new()")
                        : Replies.simple(client, "SELECT leak_new()"))
                    .value())
            .isEqualTo("new");
        assertThat(other.value(VALUE)).isIn(null, "");
        assertThat(client.value(VALUE)).isEqualTo("new");
      }
      checkNobodySees();
      maker.query("DROP FUNCTION leak_new()");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatEndsWithItsTransactionPinsNobody(boolean batch) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      String sql = "SELECT leak_locally()";
      assertThat((batch ? Replies.batch(client, sql) : Replies.simple(client, sql)).value())
          .isEqualTo("local");
      assertThat(node.pinReason(client)).isNull();
    }
    checkNobodySees();
  }
}
