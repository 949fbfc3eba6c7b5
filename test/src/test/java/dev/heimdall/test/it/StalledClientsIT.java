package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.copyData;
import static dev.heimdall.test.fixture.Frontend.copyDone;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.flush;
import static dev.heimdall.test.fixture.Frontend.functionCall;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Clients that stop in the middle of what they send keep no server connection from others: they
 * have none, or a time limit ends them.
 */
@Tag("ci")
class StalledClientsIT {
  private static final int LARGE = 200_000;
  private static final int TEXT = 25;
  private static final int LENGTH_OF_TEXT = 1317;

  /** Ends clients that stop in a message. */
  private static TestNode node;

  /** Has PostgreSQL's own time limits. */
  private static TestNode timed;

  @BeforeAll
  static void start() {
    SharedPostgres.primary()
        .executeIn(
            SharedPostgres.DATABASE,
            "CREATE TABLE stalled (a text)",
            "GRANT ALL ON stalled TO app");
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .vdb("pool.size", 1)
                    .vdb("clients.incompleteMessageTimeout", "300ms")
                    .vdb("rules", List.of("later"))
                    .rules(
                        "later",
                        "{\"match\": \"(?i)^insert into stalled\","
                            + " \"action\": \"async-execute\"}"));
    timed =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .vdb("pool.size", 1)
                    .vdb("clients.incompleteMessageTimeout", "0")
                    .vdb("clients.idleInTransactionTimeout", "300ms")
                    .vdb("clients.queryTimeout", "300ms"));
  }

  @AfterAll
  static void stop() {
    node.close();
    timed.close();
    SharedPostgres.primary().executeIn(SharedPostgres.DATABASE, "DROP TABLE stalled");
  }

  /** Another gets the only server connection, and the client is told why it does not have it. */
  private static void endedAlone(TestNode from, RawClient stopped, String sqlState)
      throws IOException {
    try (RawClient other = RawClient.logIn(from.target())) {
      Await.until("it answers another", () -> answers(other));
    }
    List<Message> told = stopped.untilClosed();
    assertThat(told).isNotEmpty();
    Message last = told.get(told.size() - 1);
    assertThat(last.type()).isEqualTo('E');
    assertThat(last.sqlState()).isEqualTo(sqlState);
  }

  /** It may have waited for as long as statements may take. */
  private static boolean answers(RawClient client) {
    try {
      return client.query("SELECT 1").stream().noneMatch(message -> message.type() == 'E');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] largeBind() {
    return bind("", "", "x".repeat(LARGE));
  }

  @Test
  void aClientThatStopsInALargeBindIsEnded() throws IOException {
    try (RawClient stopped = RawClient.logIn(node.target())) {
      byte[] batch = all(parse("", "SELECT length($1)", TEXT), largeBind());
      stopped.sendPart(batch, 0, LARGE / 2);
      endedAlone(node, stopped, "57P05");
    }
  }

  @Test
  void aClientThatStopsInTheNextMessageOfABatchIsEnded() throws IOException {
    try (RawClient stopped = RawClient.logIn(node.target())) {
      stopped.send(parse("", "SELECT 1"), bind("", ""), flush());
      stopped.until('2');
      stopped.sendPart(execute("", 0), 0, 3);
      endedAlone(node, stopped, "57P05");
    }
  }

  @Test
  void aClientThatStopsInAFunctionCallIsEnded() throws IOException {
    try (RawClient stopped = RawClient.logIn(node.target())) {
      byte[] call = functionCall(715, List.of("x".repeat(LARGE)));
      stopped.sendPart(call, 0, LARGE / 2);
      endedAlone(node, stopped, "57P05");
    }
  }

  @Test
  void aPinnedClientThatStopsInAFunctionCallIsEndedByTheTimeLimitOfStatements() throws IOException {
    try (RawClient stopped = RawClient.logIn(timed.target())) {
      byte[] call = functionCall(LENGTH_OF_TEXT, List.of("x".repeat(LARGE)));
      stopped.sendPart(call, 0, LARGE / 2);
      endedAlone(timed, stopped, "57014");
    }
  }

  @Test
  void aClientThatStopsInCopyDataIsEndedByTheTimeLimitOfStatements() throws IOException {
    try (RawClient stopped = RawClient.logIn(timed.target())) {
      stopped.send(query("COPY stalled FROM STDIN"));
      stopped.until('G');
      byte[] data = copyData("x".repeat(LARGE) + "\n");
      stopped.sendPart(data, 0, LARGE / 2);
      endedAlone(timed, stopped, "57014");
    }
  }

  @Test
  void copyDataMayStopForLongerThanOtherMessages() throws IOException {
    try (TestNode two =
            TestNode.start(
                c ->
                    c.node("loops", 1)
                        .vdb("pool.size", 2)
                        .vdb("clients.incompleteMessageTimeout", "300ms"));
        RawClient copies = RawClient.logIn(two.target());
        RawClient stopped = RawClient.logIn(two.target())) {
      copies.send(query("COPY stalled FROM STDIN"));
      copies.until('G');
      byte[] data = copyData("x".repeat(LARGE) + "\n");
      copies.sendPart(data, 0, LARGE / 2);
      stopped.sendPart(all(parse("", "SELECT length($1)", TEXT), largeBind()), 0, LARGE / 2);
      assertThat(stopped.untilClosed()).isNotEmpty(); // so the limit is over for both
      copies.sendPart(data, LARGE / 2, data.length);
      copies.send(copyDone());
      assertThat(copies.untilReady()).extracting(Message::type).containsExactly('C', 'Z');
    }
  }

  @Test
  void aClientThatStopsBetweenTheMessagesOfABatchIsEndedAsInATransaction() throws IOException {
    try (RawClient stopped = RawClient.logIn(timed.target())) {
      stopped.send(statement("SELECT 1"), flush());
      stopped.until('C');
      endedAlone(timed, stopped, "25P03");
    }
  }

  @Test
  void aClientThatStopsInAMessageOfItsTransactionIsEndedAsInATransaction() throws IOException {
    try (RawClient stopped = RawClient.logIn(timed.target())) {
      stopped.query("BEGIN");
      stopped.query("SELECT 1");
      stopped.sendPart(query("SELECT 2"), 0, 7);
      endedAlone(timed, stopped, "25P03");
    }
  }

  @Test
  void aDeferredStatementTakesNoServerConnectionBeforeItsParametersAreHere() throws IOException {
    try (RawClient stopped = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      byte[] batch =
          all(
              parse("", "INSERT INTO stalled VALUES ($1)", TEXT),
              bind("", "", "d".repeat(LARGE)),
              execute("", 0),
              sync());
      stopped.sendPart(batch, 0, LARGE * 3 / 4); // above what is held back and what is kept
      for (int i = 0; i < 3; i++) {
        assertThat(other.value("SELECT " + i)).isEqualTo("" + i);
        assertThat(node.servers()).extracting(row -> row.get("state")).doesNotContain("active");
      }
      stopped.sendPart(batch, LARGE * 3 / 4, batch.length);
      assertThat(stopped.untilReady())
          .extracting(Message::type)
          .containsExactly('1', '2', 'C', 'Z');
      assertThat(other.value("SELECT count(*) FROM stalled WHERE a LIKE 'd%'")).isEqualTo("1");
    }
  }

  private static void signal(String signal, String process) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + signal, process).inheritIO().start().waitFor())
        .isZero();
  }

  /** Which neither answers nor acts on a cancel request. */
  @Test
  void aStatementOfAServerThatHasStoppedIsAnsweredAnError() throws Exception {
    try (TestNode impatient =
            TestNode.start(
                c ->
                    c.node("loops", 1)
                        .vdb("pool.size", 1)
                        .vdb("clients.queryTimeout", "200ms")
                        .vdb("clients.cancelTimeout", "300ms"));
        RawClient client = RawClient.logIn(impatient.target());
        RawClient other = RawClient.logIn(impatient.target())) {
      for (boolean copies : new boolean[] {false, true}) {
        String process = client.value("SELECT pg_backend_pid()");
        if (copies) {
          client.send(query("COPY stalled FROM STDIN"));
          client.until('G');
        }
        signal("STOP", process);
        try {
          client.send(copies ? copyDone() : query("SELECT 1"));
          List<Message> told = client.untilReady();
          assertThat(told).extracting(Message::type).contains('E');
          assertThat(
                  told.stream().filter(m -> m.type() == 'E').findFirst().orElseThrow().sqlState())
              .isEqualTo("57014");
          assertThat(other.value("SELECT 2")).isEqualTo("2");
        } finally {
          signal("CONT", process);
        }
      }
      assertThat(impatient.metric("heimdall_cancels_ignored_total")).isEqualTo(2);
    }
  }

  @Test
  void clientsThatDoNotReadTheirRepliesKeepNoServerConnectionForGood() throws IOException {
    try (TestNode from =
        TestNode.start(
            c -> c.node("loops", 1).vdb("pool.size", 2).vdb("clients.replyTimeout", "300ms"))) {
      List<RawClient> greedy = new ArrayList<>();
      try {
        for (int i = 0; i < 6; i++) {
          RawClient client = RawClient.connect(from.target(), 4096);
          greedy.add(client);
          client.logIn(0);
          client.send(query("SELECT repeat('x', 1000) FROM generate_series(1, 40000)"));
        }
        try (RawClient polite = RawClient.logIn(from.target())) {
          assertThat(polite.value("SELECT 1")).isEqualTo("1");
        }
        Await.until(
            "all of them are closed", () -> from.metric("heimdall_clients_unread_total") == 6);
      } finally {
        for (RawClient client : greedy) {
          client.close();
        }
      }
    }
  }
}
