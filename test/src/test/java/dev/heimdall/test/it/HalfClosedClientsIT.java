package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static dev.heimdall.test.fixture.Frontend.terminate;
import static dev.heimdall.test.fixture.TestConfiguration.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a client has sent whole is run and answered, although it sends nothing more: compared with a
 * direct connection.
 */
class HalfClosedClientsIT {
  private static final int TIMES = 10;
  private static final int FEW = 3;
  private static TestNode node;

  /** What a client sends at last. */
  private enum Last {
    QUERY(query("SELECT 'one'")),
    SLOW_QUERY(query("SELECT 'two' FROM pg_sleep(0.3)")),
    QUERIES(query("SELECT 1"), query("SELECT 2"), query("SELECT 3 FROM pg_sleep(0.1)")),
    BATCH(statement("SELECT 'three' FROM pg_sleep(0.1)"), sync()),
    BATCHES(statement("SELECT 4"), sync(), statement("SELECT 5"), sync()),
    FLUSHED(statement("SELECT 6"), Frontend.flush()),
    LARGE(query("SELECT repeat('x', 100) FROM generate_series(1, 50000)")),
    COPY_OUT(query("COPY (SELECT generate_series(1, 1000)) TO STDOUT")),
    COPY_IN(query("COPY half_closed FROM STDIN"), Frontend.copyData("7\n"), Frontend.copyDone()),
    TRANSACTION(query("BEGIN"), query("INSERT INTO half_closed VALUES (8)"), query("COMMIT")),
    FAILING(query("SELECT 1/0")),
    BEFORE_A_PART(query("SELECT 'nine'"), half(query("SELECT 'ten'"))),
    LEAVING(query("SELECT 'eleven' FROM pg_sleep(0.1)"), terminate());

    private final byte[][] messages;

    private static byte[] half(byte[] message) {
      return Arrays.copyOf(message, message.length / 2);
    }

    Last(byte[]... messages) {
      this.messages = messages;
    }
  }

  @BeforeAll
  static void start() {
    SharedPostgres.primary()
        .executeIn("app", "CREATE TABLE half_closed (a int)", "GRANT ALL ON half_closed TO PUBLIC");
    node = TestNode.start(c -> c.vdb("pool.size", 2).vdb("clients.halfClosedTimeout", "5s"));
  }

  @AfterAll
  static void stop() {
    node.close();
    SharedPostgres.primary().executeIn("app", "DROP TABLE half_closed");
  }

  @BeforeEach
  void empty() {
    SharedPostgres.primary().executeIn("app", "TRUNCATE half_closed");
  }

  private static List<String> heard(Target target, Last last) throws IOException {
    try (RawClient client = RawClient.logIn(target)) {
      client.send(last.messages);
      client.shutdownOutput();
      return client.untilClosed().stream()
          .filter(message -> message.type() != 'E' || !message.toString().contains("FATAL"))
          .map(Message::toString)
          .toList();
    }
  }

  private static long rows() {
    return Long.parseLong(
        SharedPostgres.primary().queryValue("app", "SELECT count(*) FROM half_closed"));
  }

  @ParameterizedTest
  @EnumSource
  void whatAHalfClosedClientHasSentIsAnsweredAsDirectly(Last last) throws IOException {
    List<String> direct = heard(SharedPostgres.target(), last);
    long written = rows();
    for (int i = 0; i < 3; i++) {
      empty();
      assertThat(heard(node.target(), last)).isEqualTo(direct);
      assertThat(rows()).isEqualTo(written);
    }
  }

  @ParameterizedTest
  @EnumSource(Ending.class)
  void whatAClientSendsBeforeItLeavesIsRun(Ending ending) throws IOException {
    for (int i = 0; i < TIMES; i++) {
      try (RawClient client = RawClient.logIn(node.target())) {
        client.send(
            ending == Ending.TERMINATE
                ? new byte[][] {query("INSERT INTO half_closed VALUES (1)"), terminate()}
                : new byte[][] {query("INSERT INTO half_closed VALUES (1)")});
      }
    }
    Await.until("all are there", () -> rows() == TIMES);
  }

  private enum Ending {
    TERMINATE,
    CLOSE
  }

  @Test
  void whatWaitsInTheQueueIsAnsweredToo() throws IOException {
    try (RawClient first = RawClient.logIn(node.target());
        RawClient second = RawClient.logIn(node.target());
        RawClient waiting = RawClient.logIn(node.target())) {
      first.query("BEGIN");
      first.query("SELECT 1");
      second.query("BEGIN");
      second.query("SELECT 1");
      waiting.send(query("SELECT 'waited'"));
      waiting.shutdownOutput();
      Await.until(
          "it waits",
          () ->
              node.admin("SHOW POOLS").stream().anyMatch(row -> "1".equals(row.get("cl_waiting"))));
      first.query("COMMIT");
      assertThat(waiting.untilClosed().toString()).contains("waited");
    }
  }

  /** What a client sends at last that says that it leaves, or closes its connection. */
  private static void leaves(TestNode where, Ending ending, int value) throws IOException {
    byte[] insert = query("INSERT INTO half_closed VALUES (" + value + ")");
    try (RawClient client = RawClient.logIn(where.target())) {
      client.send(ending == Ending.TERMINATE ? Frontend.all(insert, terminate()) : insert);
    }
  }

  @ParameterizedTest
  @EnumSource(Ending.class)
  void whatWaitsInTheQueueIsRunThoughItsClientHasLeft(Ending ending) throws IOException {
    try (RawClient first = RawClient.logIn(node.target());
        RawClient second = RawClient.logIn(node.target())) {
      for (RawClient client : List.of(first, second)) {
        client.query("BEGIN");
        client.query("SELECT 1");
      }
      for (int i = 0; i < TIMES; i++) {
        leaves(node, ending, i);
      }
      Await.until(
          "they wait",
          () ->
              node.admin("SHOW POOLS").stream()
                  .anyMatch(row -> Integer.toString(TIMES).equals(row.get("cl_waiting"))));
      assertThat(rows()).isZero();
      first.query("COMMIT");
      Await.until("all are there", () -> rows() == TIMES);
      second.query("COMMIT");
    }
  }

  @Test
  void aBatchWithoutItsEndKeepsNoConnection() throws IOException {
    try (TestNode patient =
        TestNode.start(
            c ->
                c.vdb("pool.size", 1)
                    .vdb("clients.halfClosedTimeout", "10m")
                    .vdb("clients.incompleteMessageTimeout", "10m"))) {
      for (String change : List.of("SET work_mem = 1000", "RESET ALL", "DISCARD ALL")) {
        try (RawClient client = RawClient.logIn(patient.target())) {
          client.send(Frontend.bind("", "nothing"), query(change), Frontend.parse("s", "SELECT 1"));
        }
        try (RawClient other = RawClient.logIn(patient.target())) {
          assertThat(other.query("SELECT 'free'").toString()).contains("free");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Ending.class)
  void whatARuleDelaysIsRunThoughItsNodeDrains(Ending ending) throws IOException {
    try (TestNode drained =
        TestNode.start(
            c ->
                c.node("drainTimeout", "20s")
                    .vdb("pool.size", 2)
                    .vdb("clients.halfClosedTimeout", "20s")
                    .vdb("rules", List.of("delays"))
                    .rules("delays", rule("half_closed", "tag", "\"delay\": 3000000")))) {
      for (int i = 0; i < FEW; i++) {
        leaves(drained, ending, i);
      }
      Await.until(
          "they are delayed",
          () ->
              drained.clients().stream().filter(row -> "rule".equals(row.get("waits_for"))).count()
                  == FEW);
      // Idle ones go within its first two seconds already; the others behind them.
      drained.node().beginDrain(Duration.ofSeconds(2)).join();
      assertThat(rows()).isEqualTo(FEW);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"trigger", "tag"})
  void whatARuleDelaysIsRunToo(String action) throws IOException {
    String parameters =
        action.equals("tag")
            ? "\"delay\": 300000"
            : "\"timing\": \"before\", \"command\": \"SELECT pg_sleep(0.3)\"";
    try (TestNode delaying =
        TestNode.start(
            c ->
                c.vdb("pool.size", 2)
                    .vdb("rules", List.of("delays"))
                    .rules("delays", rule("half_closed", action, parameters)))) {
      assertThat(heard(delaying.target(), Last.TRANSACTION)).hasSizeGreaterThan(3);
      assertThat(rows()).isOne();
      for (Ending ending : Ending.values()) {
        for (int i = 0; i < 3; i++) {
          leaves(delaying, ending, i);
        }
      }
      Await.until("all are there", () -> rows() == 1 + 3L * Ending.values().length);
    }
  }

  @Test
  void whatTakesTooLongIsCancelled() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(query("SELECT 'for long' FROM pg_sleep(600)"));
      client.shutdownOutput();
      client.untilClosed();
      Await.until(
          "it is cancelled",
          () ->
              SharedPostgres.value(
                      "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE"
                          + " '%for long%' AND pid <> pg_backend_pid()")
                  .equals("0"));
    }
  }

  @Test
  void whatAnIdleClientLeavesIsFree() throws IOException {
    for (int i = 0; i < TIMES; i++) {
      try (RawClient client = RawClient.logIn(node.target())) {
        client.query("BEGIN");
        client.query("INSERT INTO half_closed VALUES (1)");
        client.shutdownOutput();
        assertThat(client.untilClosed()).isEmpty();
      }
    }
    assertThat(rows()).isZero();
  }
}
