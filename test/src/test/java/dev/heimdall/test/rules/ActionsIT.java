package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.closePortal;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.describePortal;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What rules do with statements of simple queries and of batches, by a real server. */
class ActionsIT {
  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .vdb("pool.size", 2)
                    .vdb("rules", List.of("actions"))
                    .rules(
                        "actions",
                        "{\"match\": \"(?i)forbidden\", \"action\": \"drop\","
                            + " \"comment\": \"not for you\"}",
                        "{\"match\": \"(?i)^delete from ruled\", \"action\": \"result\","
                            + " \"parameters\": {\"value\": 7}}",
                        "{\"match\": \"(?i)old_name\", \"action\": \"transform\","
                            + " \"parameters\": {\"target\": \"ruled\"}}",
                        "{\"match\": \"(?i)^set nocount\", \"action\": \"result\","
                            + " \"parameters\": {\"value\": 0}}",
                        "{\"match\": \"every_other\", \"action\": \"transform\","
                            + " \"parameters\": {\"target\": \"seldom\", \"sample\": 2}}",
                        "{\"match\": \"tables:${catalog}.secrets\", \"action\": \"drop\"}",
                        "{\"match\": \"slowly\", \"action\": \"tag\","
                            + " \"parameters\": {\"queryTimeout\": 100}}",
                        "{\"match\": \"delayed\", \"action\": \"tag\","
                            + " \"parameters\": {\"delay\": 50000}}",
                        "{\"match\": \"limited\", \"action\": \"tag\","
                            + " \"parameters\": {\"ratelimit\": 20, \"maxburst\": 1}}",
                        "{\"match\": \"one_by_one\", \"action\": \"tag\","
                            + " \"parameters\": {\"concurrency\": 1}}"));
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("CREATE TABLE ruled (a int)");
      client.query("INSERT INTO ruled SELECT generate_series(1, 3)");
      client.query("CREATE TABLE secrets (a int)");
    }
  }

  @AfterAll
  static void stop() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("DROP TABLE ruled");
    }
    node.close();
  }

  @Test
  void dropRefusesWithAnErrorThatNamesTheRule() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      Replies simple = Replies.simple(client, "SELECT 1 AS forbidden");
      assertThat(simple.types()).isEqualTo("EZ");
      assertThat(simple.messages().get(0).sqlState()).isEqualTo("42501");
      assertThat(simple.messages().get(0).fields().get('D'))
          .isEqualTo("Rule actions #1: not for you");
      assertThat(simple.messages().get(1).status()).isEqualTo('I');

      Replies extended = Replies.batch(client, "SELECT 1 AS forbidden");
      assertThat(extended.types()).isEqualTo("EZ");
      assertThat(extended.messages().get(0).sqlState()).isEqualTo("42501");
      assertThat(client.value("SELECT 'still there'")).isEqualTo("still there");
    }
  }

  @Test
  void dropFailsATransactionAsAnyErrorDoes() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.value("SELECT 1");
      Replies simple = Replies.simple(client, "SELECT 1 AS forbidden");
      assertThat(simple.types()).isEqualTo("EZ");
      assertThat(simple.messages().get(0).sqlState()).isEqualTo("42501");
      assertThat(simple.messages().get(0).fields().get('D'))
          .isEqualTo("Rule actions #1: not for you");
      assertThat(simple.messages().get(1).status()).isEqualTo('E');
      client.query("ROLLBACK");

      client.query("BEGIN");
      client.value("SELECT 1");
      Replies extended = Replies.batch(client, "SELECT 1 AS forbidden");
      assertThat(extended.types()).isEqualTo("EZ");
      assertThat(extended.messages().get(0).sqlState()).isEqualTo("42501");
      assertThat(extended.messages().get(1).status()).isEqualTo('E');
      client.query("ROLLBACK");
      assertThat(client.value("SELECT 'fine'")).isEqualTo("fine");
    }
  }

  @Test
  void dropByTableFindsTheTableInAnySpelling() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (String sql :
          List.of(
              "SELECT * FROM secrets",
              "select 1 from \"secrets\" s",
              "SELECT * FROM public.SECRETS",
              "WITH s AS (SELECT a FROM secrets) SELECT * FROM s",
              "INSERT INTO ruled SELECT a FROM secrets")) {
        assertThat(Replies.simple(client, sql).types()).as(sql).isEqualTo("EZ");
        assertThat(Replies.batch(client, sql).types()).as(sql).isEqualTo("EZ");
      }
      assertThat(client.value("WITH secrets AS (SELECT 5 AS a) SELECT a FROM secrets"))
          .isEqualTo("5");
    }
  }

  @Test
  void resultAnswersWithoutTheDatabase() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(Replies.simple(client, "DELETE FROM ruled").tag()).isEqualTo("DELETE 7");
      Replies extended = Replies.batch(client, "DELETE FROM ruled WHERE a = $1", "1");
      assertThat(extended.types()).isEqualTo("12nCZ");
      assertThat(extended.tag()).isEqualTo("DELETE 7");

      client.query("BEGIN");
      assertThat(client.value("SELECT count(*) FROM ruled")).isEqualTo("3");
      assertThat(Replies.simple(client, "DELETE FROM ruled").tag()).isEqualTo("DELETE 7");
      assertThat(Replies.batch(client, "DELETE FROM ruled").tag()).isEqualTo("DELETE 7");
      client.query("COMMIT");
      assertThat(client.value("SELECT count(*) FROM ruled")).isEqualTo("3");
    }
  }

  @Test
  void transformChangesTheText() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(client.value("SELECT count(*) FROM old_name")).isEqualTo("3");
      for (int i = 0; i < 8; i++) {
        Replies extended =
            Replies.batch(
                client, "SELECT a FROM old_name WHERE a = $1", Integer.toString(1 + i % 3));
        assertThat(extended.types()).isEqualTo("12TDCZ");
      }
      client.send(parse("named", "SELECT max(a) FROM old_name"), sync());
      client.untilReady();
      for (int i = 0; i < 3; i++) {
        client.send(bind("", "named"), execute("", 0), sync());
        assertThat(new Replies(client.untilReady()).value()).isEqualTo("3");
      }
    }
  }

  @Test
  void queryTimeoutCancels() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      Replies simple = Replies.simple(client, "SELECT pg_sleep(30) /* slowly */");
      assertThat(simple.state()).isEqualTo("57014");
      Replies extended = Replies.batch(client, "SELECT pg_sleep(30) /* slowly */");
      assertThat(extended.state()).isEqualTo("57014");
      assertThat(client.value("SELECT 1 /* slowly */")).isEqualTo("1");
    }
  }

  @Test
  void delayAndRatesKeepStatementsBack() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      long start = System.nanoTime();
      assertThat(client.value("SELECT 1 /* delayed */")).isEqualTo("1");
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(50_000_000);
      start = System.nanoTime();
      Replies.batch(client, "SELECT 1 /* delayed */");
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(50_000_000);

      start = System.nanoTime();
      for (int i = 0; i < 30; i++) {
        assertThat(client.value("SELECT 1 /* limited */")).isEqualTo("1");
      }
      assertThat(System.nanoTime() - start).as("20 at once, 10 more").isGreaterThan(400_000_000);
    }
  }

  @Test
  void concurrencyLetsOneInAfterTheOther() throws IOException {
    try (RawClient first = RawClient.logIn(node.target());
        RawClient second = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      long start = System.nanoTime();
      first.send(dev.heimdall.test.fixture.Frontend.query("SELECT pg_sleep(0.3) /* one_by_one */"));
      second.send(
          dev.heimdall.test.fixture.Frontend.query("SELECT pg_sleep(0.3) /* one_by_one */"));
      assertThat(other.value("SELECT 'in between'")).isEqualTo("in between");
      first.untilReady();
      second.untilReady();
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(600_000_000);
    }
  }

  private static String column(RawClient client, boolean simple) throws IOException {
    String sql = "SELECT 1 AS every_other";
    return (simple ? Replies.simple(client, sql) : Replies.batch(client, sql)).column();
  }

  @Test
  void aCountedTransformCountsOnceForEachStatementInBothProtocols() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (boolean simple : new boolean[] {true, false}) {
        for (boolean transaction : new boolean[] {true, false}) {
          client.query(transaction ? "BEGIN" : "SELECT 1");
          String first = column(client, simple);
          String second = column(client, simple);
          assertThat(List.of(first, second)).containsExactlyInAnyOrder("every_other", "seldom");
          for (int i = 0; i < 3; i++) {
            assertThat(column(client, simple)).isEqualTo(first);
            assertThat(column(client, simple)).isEqualTo(second);
          }
          client.query(transaction ? "COMMIT" : "SELECT 1");
        }
      }
    }
  }

  @Test
  void aStatementThatWasPreparedKeepsItsTextWhateverIsCounted() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(parse("kept", "SELECT 1 AS every_other"), sync());
      client.untilReady();
      String column = null;
      for (int i = 0; i < 4; i++) {
        client.send(all(bind("", "kept"), describePortal(""), execute("", 0)), sync());
        String now = new Replies(client.untilReady()).column();
        assertThat(column == null ? now : column).isEqualTo(now);
        column = now;
      }
    }
  }

  @Test
  void aPreparedStatementWithAResultIsNotParsedByTheServer() throws IOException {
    String foreign = "SET NOCOUNT ON";
    try (RawClient client = RawClient.logIn(node.target())) {
      for (boolean transaction : new boolean[] {false, true}) {
        client.query(transaction ? "BEGIN" : "SELECT 1");
        assertThat(Replies.batch(client, foreign).types()).isEqualTo("12nCZ");
        String name = "foreign" + transaction;
        client.send(parse(name, foreign), sync());
        assertThat(new Replies(client.untilReady()).types()).isEqualTo("1Z");
        for (int i = 0; i < 3; i++) {
          client.send(all(bind("", name), execute("", 0)), sync());
          assertThat(new Replies(client.untilReady()).types()).isEqualTo("2CZ");
        }
        client.send(closeStatement(name), sync());
        assertThat(new Replies(client.untilReady()).types()).isEqualTo("3Z");
        assertThat(client.value("SELECT 'and on'")).isEqualTo("and on");
        client.query(transaction ? "COMMIT" : "SELECT 1");
      }
    }
  }

  @Test
  void inABatchThatFailsSuchAStatementIsNotPrepared() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(
          all(parse("", "SELEC"), parse("late", "SET NOCOUNT ON"), bind("", "late")), sync());
      assertThat(new Replies(client.untilReady()).types()).isEqualTo("EZ");
      client.send(parse("late", "SET NOCOUNT ON"), sync());
      assertThat(new Replies(client.untilReady()).types()).isEqualTo("1Z");
    }
  }

  @Test
  void aBatchWhoseResultARuleGivesNeedsNoConnection() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient first = RawClient.logIn(node.target());
        RawClient second = RawClient.logIn(node.target())) {
      first.query("BEGIN");
      first.value("SELECT 1");
      second.query("BEGIN");
      second.value("SELECT 1");
      // Nothing is left of the pool.
      assertThat(Replies.batch(client, "SET NOCOUNT ON").types()).isEqualTo("12nCZ");
      client.send(
          all(parse("local", "DELETE FROM ruled"), bind("p", "local"), execute("p", 0)),
          all(closePortal("p"), sync()));
      Replies named = new Replies(client.untilReady());
      assertThat(named.types()).isEqualTo("12C3Z");
      assertThat(named.tag()).isEqualTo("DELETE 7");
      client.send(all(bind("", "local"), describePortal(""), execute("", 0)), sync());
      assertThat(new Replies(client.untilReady()).types()).isEqualTo("2nCZ");
      first.query("COMMIT");
      second.query("COMMIT");
      client.send(parse("local", "SELECT 1"), sync());
      assertThat(new Replies(client.untilReady()).state())
          .as("the name is taken")
          .isEqualTo("42P05");
      client.query("BEGIN");
      client.send(all(bind("", "local"), execute("", 0)), sync());
      assertThat(new Replies(client.untilReady()).tag()).isEqualTo("DELETE 7");
      client.query("COMMIT");
      assertThat(client.value("SELECT count(*) FROM ruled")).isEqualTo("3");
    }
  }
}
