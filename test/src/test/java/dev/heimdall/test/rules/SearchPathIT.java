package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules about tables hold while a session moves its search path, whatever way it goes. */
class SearchPathIT {
  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      direct.query("CREATE SCHEMA guarded");
      direct.query("CREATE TABLE guarded.vault (a int)");
      direct.query("CREATE TABLE vault (a int)");
      direct.query("CREATE TABLE open_to_all (a int)");
      direct.query(
          "CREATE FUNCTION mover() RETURNS void LANGUAGE plpgsql AS"
              + " $$ BEGIN PERFORM set_config('search_path', 'guarded', true); END $$");
      direct.query(
          "CREATE FUNCTION local_mover() RETURNS int LANGUAGE plpgsql AS"
              + " $$ BEGIN SET LOCAL search_path = guarded; RETURN 1; END $$");
      direct.query(
          "CREATE FUNCTION calls_mover() RETURNS int LANGUAGE plpgsql AS"
              + " $$ BEGIN PERFORM mover(); RETURN 1; END $$");
      direct.query(
          "CREATE FUNCTION on_change() RETURNS trigger LANGUAGE plpgsql AS"
              + " $$ BEGIN PERFORM mover(); RETURN NEW; END $$");
      direct.query("CREATE TABLE changed (a int)");
      direct.query(
          "CREATE TRIGGER moving AFTER INSERT ON changed FOR EACH ROW EXECUTE FUNCTION on_change()");
    }
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .vdb("rules", List.of("guard"))
                    .ruleList("guard", "unknown", "pass")
                    .rules(
                        "guard",
                        "{\"match\": \"tables:${catalog}.guarded.vault\", \"action\": \"drop\"}"));
  }

  @AfterAll
  static void stop() throws IOException {
    node.close();
    try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      direct.query("DROP TABLE vault, open_to_all, changed");
      direct.query("DROP FUNCTION mover, local_mover, calls_mover, on_change");
      direct.query("DROP SCHEMA guarded CASCADE");
    }
  }

  private static boolean refused(List<Message> replies) {
    return replies.stream().anyMatch(m -> m.type() == 'E' && m.sqlState().equals("42501"));
  }

  @Test
  void theTableOfTheUsualPathIsNobodysBusiness() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(refused(client.query("SELECT * FROM vault"))).isFalse();
      assertThat(refused(client.query("SELECT * FROM guarded.vault"))).isTrue();
      client.query("BEGIN");
      client.query("SET LOCAL search_path = guarded");
      client.query("ROLLBACK");
      assertThat(refused(client.query("SELECT * FROM vault"))).as("the path is back").isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET search_path = guarded",
        "SET LOCAL search_path = guarded",
        "SELECT set_config('search_path', 'guarded', true)",
        "SELECT set_config('search_path', 'guarded', false)",
        "DO $$ BEGIN PERFORM set_config('search_path', 'guarded', true); END $$",
        "SELECT mover()",
        "SELECT local_mover()",
        "SELECT * FROM calls_mover()",
        "INSERT INTO changed VALUES (1)"
      })
  void aPathMovedInATransactionIsSeen(String move) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.query(move);
      assertThat(refused(client.query("SELECT * FROM vault"))).isTrue();
      client.query("ROLLBACK");

      client.query("BEGIN");
      client.send(
          all(
              parse("", move),
              bind("", ""),
              execute("", 0),
              parse("", "SELECT * FROM vault"),
              bind("", ""),
              execute("", 0)),
          sync());
      assertThat(refused(client.untilReady())).isTrue();
      client.query("ROLLBACK");
    }
  }

  @Test
  void aPathMovedOutOfSightIsSeen() throws IOException {
    String padding = "/*" + "x".repeat(10_000) + "*/";
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(
              refused(
                  client.query("SET search_path = guarded; " + padding + " SELECT * FROM vault")))
          .isTrue();
      client.query("PREPARE mover AS SELECT set_config('search_path', 'guarded', true)");
      client.query("BEGIN");
      client.query("EXECUTE mover");
      assertThat(refused(client.query("SELECT * FROM vault"))).isTrue();
      client.query("ROLLBACK");
    }
  }

  @Test
  void aPathMovedInTheSameTextIsSeen() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(refused(client.query("SET search_path = guarded; SELECT * FROM vault"))).isTrue();
      client.send(
          all(
              parse("", "SET search_path = guarded"),
              bind("", ""),
              execute("", 0),
              parse("", "SELECT * FROM vault"),
              bind("", ""),
              execute("", 0)),
          sync());
      assertThat(refused(client.untilReady())).isTrue();
    }
  }

  @Test
  void aPathMovedByAFunctionInTheSameTextIsSeen() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(refused(client.query("SELECT local_mover(); SELECT * FROM vault"))).isTrue();
      assertThat(refused(client.query("SELECT * FROM vault"))).as("the path is back").isFalse();
    }
  }

  @Test
  void whatIsPreparedInSqlIsJudgedByItsOwnText() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("PREPARE safe (int) AS SELECT * FROM open_to_all WHERE a = $1");
      client.query("PREPARE unsafe AS SELECT * FROM vault");
      client.query("BEGIN");
      assertThat(refused(client.query("EXECUTE safe (1)"))).isFalse();
      assertThat(refused(client.query("SELECT * FROM vault"))).as("nothing moved").isFalse();
      assertThat(refused(client.query("EXECUTE unsafe"))).isFalse();
      client.query("SET LOCAL search_path = guarded");
      assertThat(refused(client.query("EXECUTE unsafe"))).isTrue();
      client.query("ROLLBACK");
      client.query("SET search_path = guarded");
      assertThat(refused(client.query("EXECUTE unsafe"))).isTrue();
      assertThat(Replies.batch(client, "EXECUTE unsafe").refused()).isTrue();
      client.query("RESET search_path");
      assertThat(refused(client.query("EXECUTE unsafe"))).isFalse();
    }
  }
}
