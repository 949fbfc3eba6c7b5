package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server connection is lost: what its client sees, and that the node goes on. */
@Tag("ci")
class ServerFaultsIT {
  private int descriptors;
  private TcpFaults faults;
  private TestNode node;

  @BeforeAll
  static void warmUp() throws IOException {
    Rest.warmUp();
  }

  @BeforeEach
  void start() throws IOException {
    descriptors = Rest.descriptors();
    faults = new TcpFaults("127.0.0.1", SharedPostgres.primary().port());
    node =
        TestNode.start(
            c ->
                c.source("url", "jdbc:postgresql://127.0.0.1:" + faults.port() + "/app")
                    .source("catalog.enabled", false)
                    .vdb("pool.size", 2)
                    .vdb("pool.queueTimeout", "1s"));
  }

  @AfterEach
  void end() throws IOException {
    Rest.poolsOf(node);
    node.close();
    faults.close();
    Rest.descriptorsLike(descriptors);
  }

  /** Ends a server process, and waits until the node knows. */
  private void terminate(String pid) {
    SharedPostgres.value("SELECT pg_terminate_backend(" + pid + ", 5000)");
    Await.until(
        "the node knows of the loss",
        () -> node.servers().stream().noneMatch(row -> pid.equals(row.get("remote_pid"))));
  }

  private static Message error(List<Message> answer) {
    return answer.stream().filter(message -> message.type() == 'E').findFirst().orElse(null);
  }

  private static char status(List<Message> answer) {
    return answer.get(answer.size() - 1).status();
  }

  /** An ERROR, not a FATAL: the client stays. */
  private static void assertLost(List<Message> answer, char status) {
    Message error = error(answer);
    assertThat(error).as("error in " + answer).isNotNull();
    assertThat(error.fields().get('V')).isEqualTo("ERROR");
    assertThat(error.sqlState()).isIn("57P01", "08006");
    assertThat(status(answer)).isEqualTo(status);
  }

  @Test
  void anIdleClientDoesNotNoticeThatItsLastServerConnectionIsTerminated() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 3; i++) {
        terminate(client.value("SELECT pg_backend_pid()"));

        assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsSentBehindTheRollbackOfALostTransactionFindsItsSettings(boolean extended)
      throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("SET work_mem = '6MB'");
      client.query("BEGIN");
      terminate(client.value("SELECT pg_backend_pid()"));
      assertThat(error(client.query("SELECT 1"))).isNotNull();

      client.send(
          extended
              ? Frontend.all(
                  Frontend.statement("ROLLBACK"),
                  Frontend.sync(),
                  Frontend.statement("SHOW work_mem"),
                  Frontend.sync())
              : Frontend.all(Frontend.query("ROLLBACK"), Frontend.query("SHOW work_mem")));

      assertThat(client.untilReady().toString()).endsWith("ReadyForQuery I]");
      assertThat(client.untilReady().toString()).contains("6MB");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "batches", "one batch", "one text"})
  void aTransactionWhoseBeginWasNotAnsweredHasFailed(String how) throws Exception {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("DROP TABLE IF EXISTS faults_begun; CREATE TABLE faults_begun (a int)");
      client.query("SET application_name = 'faults-begun'");
      String first = "INSERT INTO faults_begun VALUES (1)";
      String sleep = "SELECT pg_sleep(30)";
      int groups = how.startsWith("one") ? 1 : 3;
      client.send(
          switch (how) {
            case "simple" ->
                Frontend.all(Frontend.query(sleep), Frontend.query("BEGIN"), Frontend.query(first));
            case "batches" ->
                Frontend.all(
                    Frontend.statement(sleep),
                    Frontend.sync(),
                    Frontend.statement("BEGIN"),
                    Frontend.sync(),
                    Frontend.statement(first),
                    Frontend.sync());
            case "one text" -> Frontend.query("BEGIN; " + first + "; " + sleep);
            default ->
                Frontend.all(
                    Frontend.statement("BEGIN"),
                    Frontend.statement(first),
                    Frontend.statement(sleep),
                    Frontend.sync());
          });
      String sleeper =
          "FROM pg_stat_activity WHERE application_name = 'faults-begun' AND wait_event = 'PgSleep'";
      Await.until(
          "the statement runs",
          () -> SharedPostgres.value("SELECT count(*) " + sleeper).equals("1"));

      SharedPostgres.value("SELECT pg_terminate_backend(pid, 5000) " + sleeper);

      for (int i = 0; i < groups; i++) {
        assertLost(client.untilReady(), 'E');
      }
      List<Message> second = client.query("INSERT INTO faults_begun VALUES (2)");
      assertThat(error(second).sqlState()).isEqualTo("25P02");
      assertThat(client.query("COMMIT").toString())
          .isEqualTo("[CommandComplete ROLLBACK, ReadyForQuery I]");
      assertThat(client.value("SELECT count(*) FROM faults_begun")).isEqualTo("0");
      client.query("DROP TABLE faults_begun");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aStatementOutsideATransactionFailsAndTheNextOneWorks(boolean extended) throws Exception {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("SET application_name = 'faults-sleeper'");
      client.send(
          extended
              ? Frontend.all(Frontend.statement("SELECT pg_sleep(30)"), Frontend.sync())
              : Frontend.query("SELECT pg_sleep(30)"));
      String sleeper =
          "FROM pg_stat_activity WHERE application_name = 'faults-sleeper' AND state = 'active'";
      Await.until(
          "the statement runs",
          () -> SharedPostgres.value("SELECT count(*) " + sleeper).equals("1"));

      SharedPostgres.value("SELECT pg_terminate_backend(pid, 5000) " + sleeper);

      assertLost(client.untilReady(), 'I');
      assertThat(client.value("SHOW application_name")).isEqualTo("faults-sleeper");
    }
  }

  @ParameterizedTest
  @CsvSource({"ROLLBACK, ROLLBACK", "COMMIT, ROLLBACK", "END, ROLLBACK", "ABORT, ROLLBACK"})
  void aTransactionFailsUntilItIsRolledBack(String end, String tag) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      terminate(client.value("SELECT pg_backend_pid()"));

      assertLost(client.query("SELECT 1"), 'E');
      assertThat(error(client.query("SELECT 1")).sqlState()).isEqualTo("25P02");
      client.send(Frontend.statement("SELECT 1"), Frontend.sync());
      List<Message> extended = client.untilReady();
      assertThat(error(extended).sqlState()).isEqualTo("25P02");
      assertThat(status(extended)).isEqualTo('E');
      List<Message> ended = client.query(end);

      assertThat(ended.get(0).text()).isEqualTo(tag);
      assertThat(status(ended)).isEqualTo('I');
      assertThat(client.value("SELECT 'new'")).isEqualTo("new");
    }
  }

  @ParameterizedTest
  @CsvSource({"ROLLBACK, ROLLBACK, I", "ABORT, ROLLBACK, I"})
  void aLostTransactionMayBeRolledBackAtOnce(String end, String tag, char status)
      throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      terminate(client.value("SELECT pg_backend_pid()"));

      List<Message> ended = client.query(end);

      assertThat(ended.get(0).text()).isEqualTo(tag);
      assertThat(status(ended)).isEqualTo(status);
    }
  }

  @Test
  void theCommitOfALostTransactionIsAnError() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      terminate(client.value("SELECT pg_backend_pid()"));

      assertLost(client.query("COMMIT"), 'I');

      assertThat(client.query("BEGIN").toString()).endsWith("ReadyForQuery T]");
    }
  }

  @Test
  void settingsOfALostTransactionAreRolledBackAndEarlierOnesKept() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("SET work_mem = '1111kB'");
      client.query("BEGIN");
      client.query("SET work_mem = '2222kB'");
      terminate(client.value("SELECT pg_backend_pid()"));
      client.query("SELECT 1");
      client.query("ROLLBACK");

      assertThat(client.value("SHOW work_mem")).isEqualTo("1111kB");
    }
  }

  @Test
  void preparedStatementsOutliveTheirServerConnection() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(Frontend.parse("p", "SELECT 'prepared'::text"), Frontend.sync());
      client.untilReady();
      client.query("PREPARE q AS SELECT 'by sql'::text");
      terminate(client.value("SELECT pg_backend_pid()"));

      client.send(Frontend.bind("", "p"), Frontend.execute("", 0), Frontend.sync());
      assertThat(client.untilReady()).extracting(Message::type).contains('D').doesNotContain('E');
      assertThat(client.value("EXECUTE q")).isEqualTo("by sql");
    }
  }

  @Test
  void everyStatementOfALostPipelineIsAnswered() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      String pid = client.value("SELECT pg_backend_pid()");
      client.send(
          Frontend.query("SELECT pg_sleep(30)"),
          Frontend.query("SELECT 2"),
          Frontend.statement("SELECT 3"),
          Frontend.sync());
      Await.until(
          "the statement runs",
          () ->
              "t"
                  .equals(
                      SharedPostgres.value(
                          "SELECT state = 'active' FROM pg_stat_activity WHERE pid = " + pid)));
      terminate(pid);

      for (int i = 0; i < 3; i++) {
        List<Message> answer = client.untilReady();
        assertThat(error(answer)).isNotNull();
        assertThat(status(answer)).isEqualTo('E');
      }
      assertThat(status(client.query("ROLLBACK"))).isEqualTo('I');
      assertThat(client.value("SELECT 'in step'")).isEqualTo("in step");
    }
  }

  @Test
  void aPinnedClientIsToldWithAFatalErrorAndDisconnected() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("CREATE TEMP TABLE pinned (a int)");
      terminate(client.value("SELECT pg_backend_pid()"));

      List<Message> last = client.untilClosed();

      assertThat(last).hasSize(1);
      assertThat(last.get(0).fields().get('V')).isEqualTo("FATAL");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 700, 20_000, 500_000})
  void aRowThatWasCutOffIsNotFinishedWithSomethingElse(int bytes) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("SELECT 1");
      faults.cutAfterBytesFromTarget(200 + bytes);
      client.send(Frontend.query("SELECT repeat('x', 1000000)"));

      assertThat(client.receive().type()).isEqualTo('T');
      List<Message> rest;
      try {
        rest = client.untilClosed();
      } catch (EOFException cut) {
        rest = List.of();
      }
      assertThat(rest).as("whole messages after the row began").isEmpty();
    }
  }

  @Test
  void aConnectionCutBetweenRowsEndsTheStatementAndNotTheClient() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int cut = 0; cut < 12; cut++) {
        assertThat(client.value("SELECT 'fine'")).isEqualTo("fine");
        faults.cutAfterBytesFromTarget(27 + 12L * cut); // description, then rows of 12 bytes each

        List<Message> answer = client.query("SELECT 0 AS x FROM generate_series(1, 1000)");

        assertLost(answer, 'I');
      }
    }
  }

  @Test
  void copyInIsEndedByTheLossAndItsDataIsDropped() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("DROP TABLE IF EXISTS copied");
      client.query("CREATE TABLE copied (a text)");
      client.send(Frontend.query("COPY copied FROM STDIN"));
      assertThat(client.receive().type()).isEqualTo('G');
      client.send(Frontend.copyData("one\n"));
      SharedPostgres.value(
          "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE query LIKE 'COPY copied%'");

      assertLost(client.untilReady(), 'I');
      client.send(Frontend.copyData("two\n"), Frontend.copyDone());
      assertThat(client.value("SELECT count(*) FROM copied")).isEqualTo("0");
      client.query("DROP TABLE copied");
    }
  }

  @Test
  void copyOutIsEndedByTheLoss() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(
          Frontend.query(
              "COPY (SELECT repeat('x', 10) FROM generate_series(1, 100000)) TO STDOUT"));
      client.receive();
      faults.cutAll(true);

      try {
        for (Message message : client.untilReady()) {
          if (message.type() == 'd') {
            assertThat(message.toString()).isEqualTo("CopyData xxxxxxxxxx\n");
          }
        }
        assertThat(client.value("SELECT 'fine'")).isEqualTo("fine");
      } catch (EOFException cut) {
        // a message was cut in two: no way but to end
      }
    }
  }

  @Test
  void whileTheServerIsAwayStatementsFailAndAfterwardsWork() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient idle = RawClient.logIn(node.target())) {
      client.query("SELECT 1");
      faults.blackHole(true);
      client.send(Frontend.query("SELECT 'slow'"));
      idle.send(Frontend.query("SELECT 1"));
      try (RawClient third = RawClient.logIn(node.target())) {
        Message refused = error(third.query("SELECT 1"));
        assertThat(refused).isNotNull();
        assertThat(refused.fields().get('V')).isEqualTo("ERROR");
        assertThat(refused.sqlState()).isIn("53300", "08006");

        faults.blackHole(false);

        assertThat(client.untilReady()).extracting(Message::type).contains('D');
        idle.untilReady();
        assertThat(idle.value("SELECT 'fine'")).isEqualTo("fine");
        assertThat(third.value("SELECT 'fine'")).isEqualTo("fine");
      }
    }
  }

  @Test
  void aClientThatGoesWhileItsSettingsAreMadeLeavesThemToNobody() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient far = RawClient.logIn(node.target(), "TimeZone", "Africa/Cairo")) {
      String zone = client.value("SHOW TimeZone");
      faults.blackHole(true);
      far.send(Frontend.query("SELECT 1"));
      Await.until(
          "its settings are being made",
          () -> node.clients().stream().anyMatch(row -> !"idle".equals(row.get("state"))));
      far.vanish();
      Await.until("it is gone", () -> node.clients().size() == 1);
      faults.blackHole(false);

      assertThat(zone).isNotEqualTo("Africa/Cairo");
      assertThat(client.value("SHOW TimeZone")).isEqualTo(zone);
    }
  }

  @Test
  void serverConnectionsCutManyTimesLoseNoPlaceInThePool() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 50; i++) {
        faults.cutAll(i % 2 == 0);
        List<Message> answer = client.query("SELECT 'fine'");
        if (error(answer) != null) {
          assertLost(answer, 'I');
        }
        assertThat(client.value("SELECT 'fine'")).isEqualTo("fine");
      }
      try (RawClient one = RawClient.logIn(node.target());
          RawClient two = RawClient.logIn(node.target())) {
        one.query("BEGIN");
        two.query("BEGIN");
        assertThat(one.value("SELECT 'both'")).isEqualTo("both");
        assertThat(two.value("SELECT 'places'")).isEqualTo("places");
      }
    }
  }

  @Test
  void latencyAndThrottlingChangeNoAnswer() throws IOException {
    faults.latency(3);
    faults.throttle(2_000_000);
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 20; i++) {
        assertThat(client.value("SELECT repeat('x', 20000) || " + i))
            .hasSize(20_000 + (i < 10 ? 1 : 2));
      }
    }
  }

  @Test
  void aHalfClosedServerConnectionIsNotUsedAgain() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("SELECT 1");
      faults.halfCloseTowardsClients();
      Await.until("the connection is given up", () -> node.servers().isEmpty());

      assertThat(client.value("SELECT 'fine'")).isEqualTo("fine");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 31, 100, 257})
  void corruptedBytesAreTheirClientsTroubleAlone(int every) throws IOException {
    for (int i = 0; i < 20; i++) {
      RawClient client = RawClient.logIn(node.target());
      client.query("SELECT 1");
      faults.corrupt(every);
      client.send(Frontend.query("SELECT 'x', g FROM generate_series(1, 50) g"));
      client.patience(Duration.ofMillis(200));
      try {
        client.stream().read(); // a byte or the end; what it means is not looked at
      } catch (SocketTimeoutException length) {
        // The first length promises more than comes: nobody can tell that from a slow server.
      }
      faults.corrupt(0);
      client.vanish();
      faults.cutAll(true);
    }
    try (RawClient other = RawClient.logIn(node.target())) {
      other.query("SELECT 1"); // may meet a connection that was cut
      assertThat(other.value("SELECT 'fine'")).isEqualTo("fine");
    }
  }
}
