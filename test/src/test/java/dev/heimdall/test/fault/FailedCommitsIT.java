package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The end of a transaction is answered with an error: the transaction is over, as at a server. */
class FailedCommitsIT {
  private static TestNode node;
  private static TestNode ruled;

  @BeforeAll
  static void start() throws IOException {
    node = TestNode.start(c -> c.vdb("pool.size", 4));
    ruled =
        TestNode.start(
            c ->
                c.source("catalog.enabled", false)
                    .vdb("rules", List.of("ends"))
                    .rules("ends", TestConfiguration.rule("rejected", "drop", "")));
    try (RawClient client = RawClient.logIn(SharedPostgres.target())) {
      client.query("DROP TABLE IF EXISTS failed_commits");
      client.query("CREATE TABLE failed_commits (a int, UNIQUE (a) DEFERRABLE INITIALLY DEFERRED)");
      client.query(
          "CREATE OR REPLACE FUNCTION sleep_at_commit() RETURNS trigger LANGUAGE plpgsql AS"
              + " 'BEGIN IF NEW.a = 30 THEN PERFORM pg_sleep(30); END IF; RETURN NULL; END'");
      client.query(
          "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON failed_commits DEFERRABLE INITIALLY"
              + " DEFERRED FOR EACH ROW EXECUTE FUNCTION sleep_at_commit()");
    }
  }

  @AfterAll
  static void end() {
    node.close();
    ruled.close();
  }

  private static void terminate(String pid) {
    SharedPostgres.value("SELECT pg_terminate_backend(" + pid + ", 5000)");
    Await.until(
        "the node knows of the loss",
        () -> node.servers().stream().noneMatch(row -> pid.equals(row.get("remote_pid"))));
  }

  private static byte[] spelled(String sql, boolean extended) {
    return extended ? Frontend.all(Frontend.statement(sql), Frontend.sync()) : Frontend.query(sql);
  }

  private static void assertGoesOn(RawClient client) throws IOException {
    assertThat(client.query("BEGIN").toString())
        .isEqualTo("[CommandComplete BEGIN, ReadyForQuery T]");
    assertThat(client.query("ROLLBACK").toString()).endsWith("ReadyForQuery I]");
    assertThat(client.value("SELECT count(*) FROM failed_commits")).isEqualTo("0");
  }

  private static void assertError(List<Message> answer, char status) {
    assertThat(answer.toString()).contains("Error").endsWith("ReadyForQuery " + status + "]");
  }

  @ParameterizedTest(name = "{0} extended={1}")
  @CsvSource({
    "COMMIT, false, I",
    "COMMIT, true, I",
    "END WORK, false, I",
    "END, true, I",
    "COMMIT AND CHAIN, false, I",
    "PREPARE TRANSACTION 'lost', false, I",
    "COMMIT; SELECT 1, false, I",
    "SELECT 1; COMMIT, false, I",
    "SELECT 1; SAVEPOINT s, false, E",
    "COMMIT; BEGIN, false, E",
    "SAVEPOINT s, true, E",
    "SELECT 1, false, E",
  })
  void aTransactionWhoseConnectionIsLostIsOverWithTheErrorForItsEnd(
      String end, boolean extended, char status) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.query("INSERT INTO failed_commits VALUES (1)");
      terminate(client.value("SELECT pg_backend_pid()"));

      client.send(spelled(end, extended));

      assertError(client.untilReady(), status);
      if (status == 'E') {
        assertThat(client.query("INSERT INTO failed_commits VALUES (2)").toString())
            .contains("25P02");
        assertThat(client.query("COMMIT").toString())
            .isEqualTo("[CommandComplete ROLLBACK, ReadyForQuery I]");
      }
      assertGoesOn(client);
    }
  }

  @Test
  void aPreparedEndOfALostTransactionEndsNothing() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      terminate(client.value("SELECT pg_backend_pid()"));

      client.send(Frontend.parse("c", "COMMIT"), Frontend.describeStatement("c"), Frontend.sync());

      assertError(client.untilReady(), 'E');
      assertThat(client.query("ROLLBACK").toString()).endsWith("ReadyForQuery I]");
    }
  }

  @ParameterizedTest(name = "{0} extended={1}")
  @CsvSource({
    "COMMIT, false, I",
    "COMMIT, true, I",
    "END, false, I",
    "COMMIT AND CHAIN, true, I",
    "SELECT 1; COMMIT, false, I",
    "COMMIT; BEGIN, false, E",
  })
  void aTransactionIsOverWhoseConnectionIsLostWhileItsEndRuns(
      String end, boolean extended, char status) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.query("INSERT INTO failed_commits VALUES (30)");
      String pid = client.value("SELECT pg_backend_pid()");
      client.send(spelled(end, extended));
      awaitSleep(pid);

      terminate(pid);

      assertError(client.untilReady(), status);
      if (status == 'E') {
        assertThat(client.query("ROLLBACK").toString()).endsWith("ReadyForQuery I]");
      }
      assertGoesOn(client);
    }
  }

  @Test
  void whatIsPipelinedAroundALostEndIsToldItsPlace() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.query("INSERT INTO failed_commits VALUES (30)");
      String pid = client.value("SELECT pg_backend_pid()");
      client.send(
          spelled("SET CONSTRAINTS ALL IMMEDIATE", true),
          spelled("COMMIT", true),
          spelled("INSERT INTO failed_commits VALUES (2)", true));
      awaitSleep(pid);

      terminate(pid);

      assertError(client.untilReady(), 'E');
      assertError(client.untilReady(), 'I');
      assertError(client.untilReady(), 'I');
      assertGoesOn(client);
    }
  }

  private static void awaitSleep(String pid) {
    Await.until(
        "it sleeps",
        () ->
            "PgSleep"
                .equals(
                    SharedPostgres.value(
                        "SELECT wait_event FROM pg_stat_activity WHERE pid = " + pid)));
  }

  @ParameterizedTest(name = "{0} extended={1}")
  @CsvSource({
    "COMMIT, false",
    "COMMIT, true",
    "COMMIT AND CHAIN, false",
    "COMMIT AND CHAIN, true",
    "SELECT 1; COMMIT, false",
  })
  void aCommitThatItsServerRejectsIsToldAsDirectly(String end, boolean extended)
      throws IOException {
    List<String> answers = new java.util.ArrayList<>();
    for (Target target : List.of(SharedPostgres.target(), node.target())) {
      try (RawClient client = RawClient.logIn(target)) {
        client.query("BEGIN");
        client.query("INSERT INTO failed_commits VALUES (1), (1)");
        client.send(spelled(end, extended));
        answers.add(client.untilReady().toString());
        assertGoesOn(client);
      }
    }
    assertThat(answers.get(1)).isEqualTo(answers.get(0)).endsWith("ReadyForQuery I]");
  }

  @ParameterizedTest(name = "{0} extended={1} failed={2}")
  @CsvSource({
    "COMMIT /* rejected */, false, false",
    "COMMIT /* rejected */, true, false",
    "COMMIT /* rejected */, false, true",
    "ROLLBACK /* rejected */, true, true",
    "ROLLBACK /* rejected */, false, false",
    "END AND CHAIN /* rejected */, true, false",
    "SELECT 1; COMMIT /* rejected */, false, false",
  })
  void aTransactionIsOverWhoseEndARuleRejects(String end, boolean extended, boolean failed)
      throws IOException {
    try (RawClient client = RawClient.logIn(ruled.target())) {
      client.query("BEGIN");
      client.query("INSERT INTO failed_commits VALUES (1)");
      if (failed) {
        client.query("SELECT 1 / 0");
      }

      client.send(spelled(end, extended));

      List<Message> answer = client.untilReady();
      assertThat(answer.stream().map(Message::type)).contains('E').doesNotContain('C');
      assertThat(answer.toString()).endsWith("ReadyForQuery I]");
      assertGoesOn(client);
    }
  }
}
