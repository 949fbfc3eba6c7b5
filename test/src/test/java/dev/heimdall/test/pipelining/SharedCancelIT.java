package dev.heimdall.test.pipelining;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static dev.heimdall.test.pipelining.SharingNode.outcome;
import static dev.heimdall.test.pipelining.SharingNode.slow;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fault.Rest;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cancel hits its own statement, wherever in a shared pipeline it stands. */
@Tag("long")
class SharedCancelIT {
  private static final int STORM = Integer.getInteger("cancel.storm", 1000);

  @Test
  void aStatementBehindOthersIsCancelledAtOnceAndAlone() throws IOException {
    try (SharingNode node = SharingNode.start(1)) {
      try (RawClient first = node.logIn();
          RawClient second = node.logIn();
          RawClient third = node.logIn();
          Gate gate = node.occupy(first)) {
        second.send(query("SELECT 'never' /* shared */"));
        node.awaitDepth(2);
        third.send(statement("SELECT 'third' /* shared */"), sync());
        node.awaitDepth(3);

        second.cancel();

        assertThat(outcome(second.untilReady())).isEqualTo("57014");
        assertThat(first.hasInput()).as("the first one still waits").isFalse();
        second.send(query("SELECT 'and on' /* shared */"));
        node.awaitDepth(4);
        gate.open();
        assertThat(outcome(first.untilReady())).isEqualTo("first");
        assertThat(outcome(third.untilReady())).isEqualTo("third");
        assertThat(outcome(second.untilReady())).isEqualTo("and on");
      }
      Rest.poolsOf(node.node());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void theFirstIsCancelledAndThoseBehindRunElsewhere(int size) throws IOException {
    try (SharingNode node = SharingNode.start(size)) {
      List<RawClient> behind = new ArrayList<>();
      try (RawClient first = node.logIn();
          Gate gate = node.occupy(first)) {
        for (int i = 0; i < 8; i++) {
          behind.add(node.logIn());
        }
        for (int round = 0; round < 3; round++) {
          if (round > 0) {
            first.send(query(gate.read("first")));
            node.awaitDepth(1);
          }
          for (int i = 0; i < 8; i++) {
            behind.get(i).send(query("SELECT 'client " + i + "' /* shared */"));
          }
          // With a second connection those that do not share are answered there.
          if (size == 1) {
            node.awaitDepth(9);
          }
          // One that the server gets before the statement does nothing, as on a direct connection.
          Await.until(
              "the first is cancelled",
              () -> {
                first.cancel();
                return first.hasInput();
              });

          assertThat(outcome(first.untilReady())).isEqualTo("57014");
          for (int i = 0; i < 8; i++) {
            assertThat(outcome(behind.get(i).untilReady())).isEqualTo("client " + i);
          }
        }
        if (size == 1) {
          assertThat(node.repeated()).isEqualTo(24);
        }
      } finally {
        for (RawClient client : behind) {
          client.close();
        }
      }
      Rest.poolsOf(node.node());
    }
  }

  @Test
  void aStatementThatWasCancelledBehindOthersDoesNotKeepTheServerBusy() throws IOException {
    try (SharingNode node = SharingNode.start(1, c -> c.vdb("pipelining.maxFirstAge", "1s"))) {
      try (RawClient first = node.logIn();
          RawClient second = node.logIn();
          RawClient third = node.logIn()) {
        node.awaitShares(first);
        first.send(query(slow(3000, "first")));
        node.awaitDepth(1);
        second.send(query(slow(600_000, "never")));
        node.awaitDepth(2);
        second.cancel();

        assertThat(outcome(second.untilReady())).isEqualTo("57014");
        assertThat(outcome(first.untilReady())).isEqualTo("first");
        assertThat(third.value("SELECT 'third' /* shared */")).isEqualTo("third");
      }
      Rest.poolsOf(node.node());
    }
  }

  @Test
  void theNodesTimeLimitEndsTheFirstAndThoseBehindSucceed() throws IOException {
    try (SharingNode node = SharingNode.start(1, c -> c.vdb("clients.queryTimeout", "3s"))) {
      try (RawClient first = node.logIn();
          RawClient second = node.logIn();
          RawClient third = node.logIn();
          Gate gate = node.occupy(first)) {
        second.send(query("SELECT 'second' /* shared */"));
        node.awaitDepth(2);
        third.send(statement("SELECT 'third' /* shared */"), sync());

        assertThat(outcome(first.untilReady())).isEqualTo("57014");
        // What waited all that time behind it may have met the limit itself.
        assertThat(outcome(second.untilReady())).isIn("second", "57014");
        assertThat(outcome(third.untilReady())).isIn("third", "57014");
        assertThat(second.value("SELECT 'again' /* shared */")).isEqualTo("again");
        assertThat(third.value("SELECT 'again' /* shared */")).isEqualTo("again");
      }
      Rest.poolsOf(node.node());
    }
  }

  private record CancelingClient(RawClient client, AtomicInteger cancelled, AtomicInteger done) {
    void run(AtomicBoolean stop, Queue<String> problems, Random random) {
      try {
        while (!stop.get()) {
          String expected = "answer " + random.nextInt();
          String sql =
              random.nextInt(3) == 0
                  ? slow(random.nextInt(3), expected)
                  : "SELECT '" + expected + "' /* shared */";
          if (random.nextBoolean()) {
            client.send(query(sql));
          } else {
            client.send(statement(sql), sync());
          }
          List<Message> answer = client.untilReady();
          String outcome = outcome(answer);
          if (outcome.equals("57014")) {
            cancelled.incrementAndGet();
          } else if (!outcome.equals(expected)) {
            problems.add(sql + ": " + answer);
          }
          done.incrementAndGet();
        }
      } catch (IOException e) {
        problems.add("a client was disconnected: " + e);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aStormOfCancelsNeverHitsANeighbour(int size) throws Exception {
    Queue<String> problems = new ConcurrentLinkedQueue<>();
    AtomicBoolean stop = new AtomicBoolean();
    try (SharingNode node = SharingNode.start(size)) {
      List<CancelingClient> askers = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        CancelingClient asker =
            new CancelingClient(node.logIn(), new AtomicInteger(), new AtomicInteger());
        askers.add(asker);
        Random random = new Random(i);
        Thread thread = new Thread(() -> asker.run(stop, problems, random));
        thread.start();
        threads.add(thread);
      }
      // The first half is cancelled over and over; the second half must never feel it.
      Random random = new Random(1);
      for (int i = 0; i < STORM; i++) {
        askers.get(random.nextInt(6)).client().cancel();
      }
      // How often a cancel meets a statement with others behind it is up to the machine.
      Await.until(
          "a statement was run again elsewhere",
          () -> {
            askers.get(random.nextInt(6)).client().cancel();
            return node.repeated() > 0;
          });
      stop.set(true);
      for (Thread thread : threads) {
        thread.join(60_000);
        assertThat(thread.isAlive()).as("a client hangs").isFalse();
      }

      assertThat(problems).isEmpty();
      assertThat(askers.subList(6, 12)).allSatisfy(a -> assertThat(a.cancelled()).hasValue(0));
      assertThat(askers.subList(0, 6).stream().mapToInt(a -> a.cancelled().get()).sum())
          .isPositive();
      assertThat(askers).allSatisfy(a -> assertThat(a.done().get()).isPositive());
      assertThat(node.queued()).isPositive();
      assertThat(node.repeated()).isPositive();
      for (CancelingClient asker : askers) {
        asker.client().close();
      }
      Rest.poolsOf(node.node());
    }
  }
}
