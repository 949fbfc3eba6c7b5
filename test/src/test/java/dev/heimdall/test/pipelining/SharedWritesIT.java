package dev.heimdall.test.pipelining;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.pipelining.SharingNode.outcome;
import static dev.heimdall.test.pipelining.SharingNode.slow;
import static dev.heimdall.test.pipelining.SharingNode.types;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fault.Rest;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Reads stand behind a write where a virtual database says so; a write stands behind nothing and
 * runs once at most.
 */
@Tag("ci")
class SharedWritesIT {
  private static final int ROWS = 8;
  private static final int STORM = Integer.getInteger("cancel.storm", 1000);

  @BeforeAll
  static void table() {
    SharingNode.prepareDatabase();
    SharedPostgres.primary()
        .executeIn(
            SharedPostgres.DATABASE,
            "CREATE TABLE IF NOT EXISTS pipe_writes (id int PRIMARY KEY, n int NOT NULL)",
            "GRANT ALL ON pipe_writes TO PUBLIC");
  }

  @BeforeEach
  void rows() {
    SharedPostgres.primary()
        .executeIn(
            SharedPostgres.DATABASE,
            "TRUNCATE pipe_writes",
            "INSERT INTO pipe_writes SELECT id, 0 FROM generate_series(0, " + (ROWS - 1) + ") id");
  }

  private static SharingNode sharingWrites() {
    return SharingNode.start(1, c -> c.vdb("pipelining.writes", true));
  }

  private static String add(int id) {
    return "UPDATE pipe_writes SET n = n + 1 WHERE id = " + id + " /* shared */";
  }

  private static int value(int id) {
    return Integer.parseInt(SharedPostgres.value("SELECT n FROM pipe_writes WHERE id = " + id));
  }

  /** Keeps rows from being written. */
  private static RawClient lock(String ids) throws IOException {
    RawClient holder = RawClient.logIn(SharedPostgres.target());
    holder.query("BEGIN");
    holder.query("SELECT FROM pipe_writes WHERE id IN (" + ids + ") FOR UPDATE");
    return holder;
  }

  @Test
  void withoutTheSettingEachHasAConnectionOfItsOwn() throws IOException {
    try (SharingNode node = SharingNode.start(1);
        RawClient client = node.logIn()) {
      long before = node.pipelined();
      assertThat(types(client.query(add(0)))).isEqualTo("CZ");

      assertThat(node.pipelined()).isEqualTo(before);
      assertThat(node.unshared("not_a_read")).isPositive();
    }
  }

  @Test
  void readsStandBehindAWriteAndAWriteBehindNothing() throws IOException {
    try (SharingNode node = sharingWrites();
        RawClient lockOfFirst = lock("0");
        RawClient writer = node.logIn();
        RawClient reader = node.logIn();
        RawClient another = node.logIn()) {
      node.awaitShares(writer);
      writer.send(query(add(0)));
      node.awaitDepth(1);
      reader.send(query("SELECT 'read' /* shared */"));
      node.awaitDepth(2);
      another.send(query(add(1)));
      Await.until("it waits", () -> node.waiting() == 1);
      assertThat(value(1)).isZero();

      lockOfFirst.query("ROLLBACK");

      assertThat(types(writer.untilReady())).isEqualTo("CZ");
      assertThat(outcome(reader.untilReady())).isEqualTo("read");
      assertThat(types(another.untilReady())).isEqualTo("CZ");
      assertThat(List.of(value(0), value(1))).containsExactly(1, 1);
      Rest.poolsOf(node.node(), 3);
    }
  }

  @Test
  void aWriteThatWaitsForALockKeepsNobodyBehindItWaiting() throws IOException {
    try (SharingNode node =
            SharingNode.start(
                2, c -> c.vdb("pipelining.writes", true).vdb("pipelining.maxFirstAge", "2s"));
        RawClient lockOfFirst = lock("0");
        RawClient writer = node.logIn();
        RawClient reader = node.logIn()) {
      node.awaitShares(writer);
      writer.send(query(add(0)));
      node.awaitDepth(1);
      reader.send(query("SELECT 'read' /* shared */"));
      node.awaitDepth(2);

      assertThat(outcome(reader.untilReady())).isEqualTo("read");
      assertThat(node.repeated()).isOne();
      assertThat(writer.hasInput()).isFalse();

      writer.cancel();

      assertThat(outcome(writer.untilReady())).isEqualTo("57014");
      lockOfFirst.query("ROLLBACK");
      assertThat(value(0)).isZero();
      Rest.poolsOf(node.node(), 2);
    }
  }

  @Test
  void aCancelledReadThatRunsOnKeepsNoWriteWaiting() throws IOException {
    try (SharingNode node =
        SharingNode.start(
            1, c -> c.vdb("pipelining.writes", true).vdb("pipelining.maxFirstAge", "100ms"))) {
      try (RawClient first = node.logIn();
          RawClient second = node.logIn();
          RawClient writer = node.logIn();
          Gate gate = node.occupy(first)) {
        second.send(query(slow(600_000, "never")));
        node.awaitDepth(2);
        second.cancel();
        assertThat(outcome(second.untilReady())).isEqualTo("57014");
        writer.send(query(add(0)));
        // With a fault it is in the pipeline, behind the read that was cancelled.
        Await.until("the write is in the node", () -> node.waiting() == 1 || node.depth() == 3);
        gate.open();

        assertThat(outcome(first.untilReady())).isEqualTo("first");
        assertThat(types(writer.untilReady())).isEqualTo("CZ");
        assertThat(value(0)).isOne();
      }
      Rest.poolsOf(node.node());
    }
  }

  @Test
  void aStormOfCancelsHitsNoWrite() throws Exception {
    Queue<String> problems = new ConcurrentLinkedQueue<>();
    AtomicBoolean stop = new AtomicBoolean();
    int[] written = new int[ROWS];
    AtomicInteger cancelled = new AtomicInteger();
    try (SharingNode node = sharingWrites()) {
      List<RawClient> readers = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < ROWS; i++) {
        int number = i;
        RawClient writer = node.logIn();
        threads.add(
            new Thread(
                () ->
                    repeat(
                        writer,
                        add(number),
                        stop,
                        problems,
                        outcome -> {
                          if (outcome.equals("nothing")) {
                            written[number]++;
                          } else {
                            problems.add("a write ends with " + outcome);
                          }
                        })));
        RawClient reader = node.logIn();
        readers.add(reader);
        threads.add(
            new Thread(
                () ->
                    repeat(
                        reader,
                        slow(number % 3, "read"),
                        stop,
                        problems,
                        outcome -> {
                          if (outcome.equals("57014")) {
                            cancelled.incrementAndGet();
                          } else if (!outcome.equals("read")) {
                            problems.add("a read ends with " + outcome);
                          }
                        })));
      }
      threads.forEach(Thread::start);
      Random random = new Random(1);
      for (int i = 0; i < STORM; i++) {
        readers.get(random.nextInt(ROWS)).cancel();
      }
      // How often a cancel meets a statement is up to the machine.
      Await.until(
          "a cancel has hit",
          () -> {
            readers.get(random.nextInt(ROWS)).cancel();
            return cancelled.get() > 0;
          });
      stop.set(true);
      for (Thread thread : threads) {
        thread.join(60_000);
        assertThat(thread.isAlive()).as("a client hangs").isFalse();
      }

      assertThat(problems).isEmpty();
      assertThat(cancelled).hasPositiveValue();
      assertThat(written)
          .containsExactly(IntStream.range(0, ROWS).map(SharedWritesIT::value).toArray());
      assertThat(Arrays.stream(written).sum()).isPositive();
      Rest.poolsOf(node.node());
    }
  }

  /** Asks the same again and again until it is to stop, and leaves. */
  private static void repeat(
      RawClient client,
      String sql,
      AtomicBoolean stop,
      Queue<String> problems,
      Consumer<String> outcomes) {
    try (client) {
      while (!stop.get()) {
        outcomes.accept(outcome(client.query(sql)));
      }
    } catch (IOException e) {
      problems.add("a client was disconnected: " + e);
    }
  }

  @Test
  void aWriteThatWaitsForAConnectionIsCancelledWithoutBeingSent() throws IOException {
    try (SharingNode node = sharingWrites();
        RawClient first = node.logIn();
        RawClient writer = node.logIn();
        Gate gate = node.occupy(first)) {
      writer.send(query(add(0)));
      Await.until("it waits", () -> node.waiting() == 1);

      writer.cancel();

      assertThat(outcome(writer.untilReady())).isEqualTo("57014");
      gate.open();
      assertThat(outcome(first.untilReady())).isEqualTo("first");
      assertThat(value(0)).isZero();
      Rest.poolsOf(node.node(), 2);
    }
  }

  @Test
  void aWriteWhoseConnectionIsLostIsNotRepeated() throws IOException {
    try (SharingNode node = sharingWrites();
        RawClient holder = lock("0");
        RawClient writer = node.logIn();
        RawClient reader = node.logIn()) {
      node.awaitShares(writer);
      writer.send(query(add(0)));
      node.awaitDepth(1);
      reader.send(query("SELECT 'read' /* shared */"));
      node.awaitDepth(2);

      SharedPostgres.value(
          "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
              + " WHERE wait_event_type = 'Lock' AND query LIKE '%pipe_writes%'");

      assertThat(outcome(writer.untilReady())).isEqualTo("57P01");
      assertThat(outcome(reader.untilReady())).isEqualTo("read");
      holder.query("ROLLBACK");
      assertThat(value(0)).isZero();
      assertThat(types(writer.query(add(0)))).isEqualTo("CZ");
      assertThat(value(0)).isOne();
    }
  }
}
