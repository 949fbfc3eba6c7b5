package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What rules do beside and instead of statements, away from the event loop. */
class SideActionsIT {
  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      direct.query("CREATE TABLE later (a int PRIMARY KEY)");
      direct.query("CREATE TABLE noted (what text)");
    }
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .vdb("pool.size", 2)
                    .vdb("rules", List.of("side"))
                    .rules(
                        "side",
                        "{\"match\": \"(?i)^insert into later\", \"action\": \"async-execute\","
                            + " \"parameters\": {\"spoofedResult\": 5}}",
                        "{\"match\": \"together\", \"action\": \"async-execute\","
                            + " \"parameters\": {\"maxPollInterval\": 5000}}",
                        "{\"match\": \"(?i)^update later\", \"action\": \"async-execute\","
                            + " \"parameters\": {\"holdUntil\": \"executed\"}}",
                        "{\"match\": \"noted before\", \"action\": \"trigger\", \"parameters\":"
                            + " {\"timing\": \"before\", \"command\":"
                            + " \"INSERT INTO noted VALUES ('before')\"}}",
                        "{\"match\": \"noted after\", \"action\": \"trigger\", \"parameters\":"
                            + " {\"timing\": \"after\", \"command\":"
                            + " \"INSERT INTO noted VALUES ('after')\"}}",
                        "{\"match\": \"noted wrongly\", \"action\": \"trigger\", \"parameters\":"
                            + " {\"timing\": \"after\", \"command\":"
                            + " \"INSERT INTO never_there VALUES (1)\"}}",
                        "{\"match\": \"noted too\", \"action\": \"trigger\", \"parameters\":"
                            + " {\"timing\": \"after\", \"command\":"
                            + " \"INSERT INTO noted VALUES ('too')\"}}",
                        "{\"match\": \"noted slowly\", \"action\": \"trigger\", \"parameters\":"
                            + " {\"timing\": \"after\", \"command\":"
                            + " \"SELECT pg_advisory_xact_lock(471147)\"}}",
                        "{\"match\": \"held back\", \"action\": \"tag\", \"parameters\":"
                            + " {\"delay\": 60000000}}"));
  }

  @AfterAll
  static void stop() throws IOException {
    node.close();
    try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      direct.query("DROP TABLE later, noted");
    }
  }

  @Test
  void asyncExecuteAnswersAtOnceAndWritesLater() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(Replies.simple(client, "INSERT INTO later VALUES (1)").tag())
          .isEqualTo("INSERT 0 5");
      // A statement on a table with something deferred waits for it.
      assertThat(client.value("SELECT count(*) FROM later WHERE a = 1")).isEqualTo("1");
      Replies extended = Replies.batch(client, "INSERT INTO later VALUES ($1::int)", "2");
      assertThat(extended.types()).isEqualTo("12nCZ");
      assertThat(extended.tag()).isEqualTo("INSERT 0 5");
      assertThat(client.value("SELECT count(*) FROM later WHERE a = 2")).isEqualTo("1");

      Replies updated = Replies.simple(client, "UPDATE later SET a = a + 100 WHERE a = 2");
      assertThat(updated.tag()).isEqualTo("UPDATE 1");
      Replies refused = Replies.simple(client, "UPDATE later SET a = 1");
      assertThat(refused.state()).isEqualTo("23505");
      Replies batched = Replies.batch(client, "UPDATE later SET a = $1::int WHERE a = 102", "7");
      assertThat(batched.tag()).isEqualTo("UPDATE 1");

      client.query("BEGIN");
      assertThat(Replies.simple(client, "INSERT INTO later VALUES (50)").tag())
          .isEqualTo("INSERT 0 1");
      client.query("ROLLBACK");
      assertThat(client.value("SELECT count(*) FROM later WHERE a = 50")).isEqualTo("0");
    }
  }

  /** One that is deferred itself comes behind the others in their queue, and may go with them. */
  @Test
  void whatOneSessionDefersGoesTogether() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 200; i < 205; i++) {
        Replies.simple(client, "INSERT INTO later VALUES (" + i + ") -- together");
      }
      assertThat(
              client.value(
                  "SELECT count(*) || ' in ' || count(DISTINCT xmin::text) FROM later"
                      + " WHERE a BETWEEN 200 AND 204"))
          .isEqualTo("5 in 1");
    }
  }

  @Test
  void triggersRunBeforeAndAfter() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(client.value("SELECT count(*) FROM noted -- noted before")).isEqualTo("1");
      assertThat(client.value("SELECT 'x' -- noted after")).isEqualTo("x");
      assertThat(client.value("SELECT count(*) FROM noted WHERE what = 'after'")).isEqualTo("1");
      Replies.batch(client, "SELECT 1 -- noted after");
      assertThat(client.value("SELECT count(*) FROM noted WHERE what = 'after'")).isEqualTo("2");

      Replies failed = Replies.simple(client, "SELECT 'x' -- noted wrongly");
      assertThat(failed.types()).isEqualTo("EZ");
      assertThat(failed.messages().get(0).sqlState()).isEqualTo("42P01");
      assertThat(Replies.simple(client, "SELECT 1/0 -- noted wrongly").types()).isEqualTo("EZ");
      Await.until("the session goes on", () -> "1".equals(client.value("SELECT 1")));
    }
  }

  /** The client is told to send its data, and of the end when the trigger is done. */
  @Test
  void aTriggerRunsAfterACopy() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(Frontend.query("COPY noted FROM STDIN /* noted after */"));
      assertThat(client.receive().type()).isEqualTo('G');
      client.send(Frontend.copyData("copied\n"), Frontend.copyDone());
      client.untilReady();
      assertThat(client.value("SELECT string_agg(what, ' ' ORDER BY ctid) FROM noted"))
          .endsWith("copied after");
      client.query("DELETE FROM noted");
    }
  }

  /** Until the trigger of what is noted slowly waits for a lock. */
  private static void awaitSlowTrigger(RawClient direct) {
    Await.until(
        "the trigger runs",
        () ->
            "1"
                .equals(
                    direct.value(
                        "SELECT count(*) FROM pg_locks WHERE objid = 471147 AND NOT granted")));
  }

  private static void cancelWhatIsHeldBack(RawClient client) {
    Await.until(
        "it is held back",
        () -> {
          client.cancel();
          return client.hasInput();
        });
  }

  @Test
  void nothingOvertakesAReplyThatWaitsForATrigger() throws Exception {
    try (RawClient direct = RawClient.logIn(SharedPostgres.target());
        RawClient client = RawClient.logIn(node.target())) {
      direct.query("SELECT pg_advisory_lock(471147)");
      client.send(query("SELECT 'one' -- noted slowly"), query("SELECT 'two'"));
      awaitSlowTrigger(direct);
      direct.query("SELECT pg_advisory_unlock(471147)");
      assertThat(client.untilReady().toString()).contains("[one]").doesNotContain("two");
      assertThat(client.untilReady().toString()).contains("[two]");
    }
  }

  @Test
  void aReplyWaitsForTheTriggersOfAllStatementsOfItsBatch() throws Exception {
    try (RawClient direct = RawClient.logIn(SharedPostgres.target());
        RawClient client = RawClient.logIn(node.target())) {
      direct.query("SELECT pg_advisory_lock(471147)");
      client.send(
          statement("SELECT 'one'"),
          statement("SELECT 'two' -- noted too"),
          statement("SELECT 'three' -- noted slowly"),
          sync());
      Await.until(
          "the slow trigger runs, and the other one has",
          () ->
              "2"
                  .equals(
                      direct.value(
                          "SELECT (SELECT count(*) FROM pg_locks WHERE objid = 471147 AND NOT"
                              + " granted) + (SELECT count(*) FROM noted WHERE what = 'too')")));
      assertThat(client.hasInput()).isFalse();
      direct.query("SELECT pg_advisory_unlock(471147)");
      assertThat(client.untilReady().toString()).contains("[one]", "[two]", "[three]");
    }
  }

  @Test
  void aReplyThatWaitsForATriggerComesThoughItsServerIsLost() throws Exception {
    try (RawClient direct = RawClient.logIn(SharedPostgres.target());
        RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      String pid = client.value("SELECT pg_backend_pid()");
      direct.query("SELECT pg_advisory_lock(471147)");
      client.send(query("SELECT 'one' -- noted slowly"));
      awaitSlowTrigger(direct);
      direct.query("SELECT pg_terminate_backend(" + pid + ")");
      Await.until(
          "the connection is lost",
          () ->
              "0".equals(direct.value("SELECT count(*) FROM pg_stat_activity WHERE pid = " + pid)));
      direct.query("SELECT pg_advisory_unlock(471147)");
      assertThat(client.untilReady().toString()).endsWith("]");
      assertThat(client.query("SELECT 1").toString()).contains("Error").endsWith("E]");
      assertThat(client.query("ROLLBACK").toString()).endsWith("I]");
    }
  }

  @Test
  void aStatementThatIsCancelledWhileARuleHoldsItBackFailsItsTransaction() throws Exception {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.query("SELECT 1");
      client.send(query("INSERT INTO noted VALUES ('held back')"));
      cancelWhatIsHeldBack(client);
      assertThat(client.untilReady().toString()).contains("57014").endsWith("ReadyForQuery E]");
      assertThat(client.query("INSERT INTO noted VALUES ('later')").toString()).contains("25P02");
      assertThat(client.query("COMMIT").toString()).contains("ROLLBACK");
      client.query("BEGIN");
      client.query("SELECT 1");
      client.send(statement("INSERT INTO noted VALUES ('held back')"), sync());
      cancelWhatIsHeldBack(client);
      assertThat(client.untilReady().toString()).contains("57014").endsWith("ReadyForQuery E]");
      assertThat(client.query("COMMIT").toString()).contains("ROLLBACK");
    }
  }
}
