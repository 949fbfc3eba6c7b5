package dev.heimdall.test.pipelining;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static dev.heimdall.test.pipelining.SharingNode.outcome;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that go or do not read, with others before and behind them in the pipeline. */
@Tag("long")
class SharedClientFaultsIT {
  private static final String LARGE =
      "SELECT repeat('x', 1000) FROM generate_series(1, %d) /* shared */";

  @Test
  void aClientThatGoesWhileOthersAreBeforeItLeavesNothingBehind() throws IOException {
    try (SharingNode node = SharingNode.start(1)) {
      try (RawClient first = node.logIn();
          RawClient third = node.logIn();
          Gate gate = node.occupy(first)) {
        RawClient second = node.logIn();
        second.send(statement("SELECT 'second' /* shared */"), sync());
        node.awaitDepth(2);
        third.send(query("SELECT 'third' /* shared */"));
        node.awaitDepth(3);
        second.vanish();
        Await.until("it is gone", () -> node.node().clients().size() == 2);
        assertThat(first.hasInput()).isFalse();
        gate.open();

        assertThat(outcome(first.untilReady())).isEqualTo("first");
        assertThat(outcome(third.untilReady())).isEqualTo("third");
      }
      Rest.poolsOf(node.node());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aClientThatGoesWhileItIsFirstIsCancelledAndTheOthersGoOn(int size) throws IOException {
    try (SharingNode node = SharingNode.start(size)) {
      RawClient first = node.logIn();
      try (RawClient second = node.logIn();
          RawClient third = node.logIn();
          Gate gate = node.occupy(first)) {
        second.send(query("SELECT 'second' /* shared */"));
        third.send(statement("SELECT 'third' /* shared */"), sync());
        first.vanish();

        assertThat(outcome(second.untilReady())).isEqualTo("second");
        assertThat(outcome(third.untilReady())).isEqualTo("third");
        assertThat(second.hasInput()).isFalse();
      }
      Rest.poolsOf(node.node());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aClientThatGoesAmidItsAnswerIsCancelledAndTheOthersGoOn(int size) throws IOException {
    try (SharingNode node = SharingNode.start(size)) {
      for (int round = 0; round < 3; round++) {
        RawClient first = RawClient.connect(node.target(), 8 * 1024);
        first.logIn(0);
        try (RawClient second = node.logIn();
            RawClient third = node.logIn()) {
          first.send(query(LARGE.formatted(20_000) + " -- round " + round));
          first.until('D');
          second.send(query("SELECT 'second' /* shared */"));
          third.send(statement("SELECT 'third' /* shared */"), sync());
          first.vanish();

          assertThat(outcome(second.untilReady())).isEqualTo("second");
          assertThat(outcome(third.untilReady())).isEqualTo("third");
        }
        Rest.poolsOf(node.node());
      }
    }
  }

  @Test
  void aClientThatDoesNotReadDelaysNobody() throws IOException {
    try (SharingNode node = SharingNode.start(2)) {
      try (RawClient gated = node.logIn();
          Gate gate = node.occupy(gated);
          RawClient slow = RawClient.connect(node.target(), 8 * 1024).logIn(0);
          RawClient second = node.logIn();
          RawClient third = node.logIn()) {
        // All in one pipeline: the large answer comes when the gate opens, others stand behind it.
        slow.send(query(LARGE.formatted(40_000)));
        node.awaitDepth(2);
        second.send(query("SELECT 'second' /* shared */"));
        third.send(statement("SELECT 'third' /* shared */"), sync());
        Await.until("they are under way", () -> !node.node().clients().isEmpty());
        gate.open();

        assertThat(outcome(gated.untilReady())).isEqualTo("first");
        assertThat(outcome(second.untilReady())).isEqualTo("second");
        assertThat(outcome(third.untilReady())).isEqualTo("third");
        for (int i = 0; i < 20; i++) {
          assertThat(second.value("SELECT 'again' /* shared */")).isEqualTo("again");
        }
        List<Message> answer = slow.untilReady();
        assertThat(answer).hasSize(40_003);
        assertThat(answer).filteredOn(m -> m.type() == 'D').hasSize(40_000);
      }
      Rest.poolsOf(node.node());
    }
  }

  @Test
  void clientsThatComeAndGoLeaveTheOthersAlone() throws Exception {
    Queue<String> problems = new ConcurrentLinkedQueue<>();
    try (SharingNode node = SharingNode.start(2)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        Random random = new Random(i);
        boolean stays = i % 2 == 0;
        Thread thread = new Thread(() -> ask(node, random, stays, problems));
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join(60_000);
        assertThat(thread.isAlive()).as("a client hangs").isFalse();
      }

      assertThat(problems).isEmpty();
      assertThat(node.queued()).isPositive();
      Rest.poolsOf(node.node());
    }
  }

  /** One who stays must get every answer; others go at any time, a few with much to read. */
  private static void ask(SharingNode node, Random random, boolean stays, Queue<String> problems) {
    try {
      RawClient client = node.logIn();
      for (int n = 0; n < (stays ? 400 : 120); n++) {
        String expected = "answer " + random.nextInt();
        boolean large = !stays && random.nextInt(8) == 0;
        String sql =
            large
                ? LARGE.formatted(500)
                : random.nextInt(10) == 0
                    ? SharingNode.slow(2, expected)
                    : "SELECT '" + expected + "' /* shared */";
        if (random.nextBoolean()) {
          client.send(query(sql));
        } else {
          client.send(statement(sql), sync());
        }
        if (!stays && random.nextInt(3) == 0) {
          if (random.nextBoolean()) {
            client.vanish();
          } else {
            client.close();
          }
          client = node.logIn();
        } else {
          String outcome = outcome(client.untilReady());
          if (!large && !outcome.equals(expected)) {
            problems.add(sql + ": " + outcome);
          }
        }
      }
      client.close();
    } catch (IOException e) {
      problems.add((stays ? "one who stays: " : "one who goes: ") + e);
    }
  }
}
