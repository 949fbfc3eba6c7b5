package dev.heimdall.test.pipelining;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.pipelining.SharingNode.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fault.Rest;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.operate.Door;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What operators do while statements share connections. */
class SharedOperationsIT {
  @Test
  void queryInfoSaysWhetherAStatementWasSharedOrWhyNot() throws IOException {
    try (SharingNode node =
            SharingNode.start(1, c -> c.user("app", "admin", true).vdb("pipelining.minRuns", 2));
        RawClient client = node.logIn();
        RawClient other = node.logIn()) {
      String read = "SELECT id + 1 FROM pipe_rows WHERE name = 'row 7'";
      client.value(read);
      assertThat(client.queryInfo())
          .containsEntry("statement", "select id + ? from pipe_rows where name = ?")
          .containsEntry("pipelined", "no: such statements have not run often enough");
      client.value(read);
      client.value(read);
      assertThat(client.queryInfo()).containsEntry("pipelined", "yes");
      Gate gate = node.occupy(other);
      client.send(query(read));
      node.awaitDepth(2);
      gate.open();
      client.untilReady();
      other.untilReady();
      assertThat(client.queryInfo()).containsEntry("pipelined", "yes, behind another");
      client.query("BEGIN");
      client.value("SELECT count(*) FROM pipe_rows");
      client.value(read);
      assertThat(client.queryInfo()).containsEntry("pipelined", "no: it is part of a transaction");
      client.query("COMMIT");
      client.value("SELECT random()");
      assertThat(client.queryInfo().get("pipelined")).startsWith("no: it may answer differently");
    }
  }

  @Test
  void queryInfoKnowsWithoutRules() throws IOException {
    try (SharingNode node =
            SharingNode.start(
                1, c -> c.user("app", "admin", true).without("vdbs/app.json", "rules"));
        RawClient client = node.logIn()) {
      node.awaitShares(client);
      assertThat(client.queryInfo())
          .containsEntry("pipelined", "yes")
          .containsEntry("kind", "read");
    }
  }

  @Test
  void pauseWaitsForWhatIsSharedAndResumeLetsTheOthersRun() throws Exception {
    try (SharingNode node = SharingNode.start(1);
        RawClient first = node.logIn();
        RawClient second = node.logIn();
        RawClient third = node.logIn();
        Gate gate = node.occupy(first)) {
      second.send(query("SELECT 'second' /* shared */"));
      node.awaitDepth(2);
      CompletableFuture<Void> paused =
          CompletableFuture.runAsync(() -> node.node().admin("PAUSE app"));
      Await.until(
          "it pauses", () -> "t".equals(node.node().admin("SHOW POOLS").get(0).get("paused")));
      third.send(query("SELECT 'third' /* shared */"));

      assertThat(paused).isNotDone();
      gate.open();
      assertThat(outcome(first.untilReady())).isEqualTo("first");
      assertThat(outcome(second.untilReady())).isEqualTo("second");
      paused.get(20, TimeUnit.SECONDS);
      assertThat(third.hasInput()).isFalse();
      node.node().admin("RESUME app");
      assertThat(outcome(third.untilReady())).isEqualTo("third");
    }
  }

  @Test
  void drainAnswersWhatWasSentBeforeItEndsSessions() throws Exception {
    try (SharingNode node = SharingNode.start(1, c -> c.node("drainTimeout", "60s"));
        RawClient first = node.logIn();
        RawClient second = node.logIn();
        RawClient idle = node.logIn();
        Gate gate = node.occupy(first)) {
      second.send(query("SELECT 'second' /* shared */"));
      node.awaitDepth(2);
      new Door(node.node().httpPort()).post("/drain");
      assertThat(idle.untilClosed()).extracting(Message::sqlState).containsExactly("57P01");
      // The second runs again elsewhere while the node drains.
      first.vanish();

      assertThat(outcome(second.untilReady())).isEqualTo("second");
      assertThat(second.untilClosed()).extracting(Message::sqlState).containsExactly("57P01");
    }
  }

  @Test
  void reconnectReloadPauseAndResumeUnderLoadLoseNothing() throws Exception {
    Queue<String> problems = new ConcurrentLinkedQueue<>();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger done = new AtomicInteger();
    try (SharingNode node = SharingNode.start(2)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        int number = i;
        Thread thread =
            new Thread(
                () -> {
                  try (RawClient client = node.logIn()) {
                    for (int n = 0; !stop.get(); n++) {
                      String expected = number + "/" + n;
                      String sql = "SELECT '" + expected + "' /* shared */";
                      if (n % 2 == 0) {
                        client.send(query(sql));
                      } else {
                        client.send(Frontend.statement(sql), Frontend.sync());
                      }
                      String outcome = outcome(client.untilReady());
                      if (!outcome.equals(expected)) {
                        problems.add(expected + ": " + outcome);
                      }
                      done.incrementAndGet();
                    }
                  } catch (IOException e) {
                    problems.add("disconnected: " + e);
                  }
                });
        thread.start();
        threads.add(thread);
      }
      for (int round = 0; round < 6; round++) {
        int before = done.get();
        switch (round % 3) {
          case 0 -> node.node().admin("RECONNECT app");
          case 1 -> {
            node.node().admin("PAUSE app");
            node.node().admin("RESUME app");
          }
          default -> {
            node.node().change(c -> c.vdb("pipelining.enabled", false));
            long pipelined = node.pipelined();
            int sent = done.get();
            Await.until("it goes on", () -> done.get() > sent + 100);
            assertThat(node.pipelined()).isLessThanOrEqualTo(pipelined + 20);
            node.node().change(c -> c.vdb("pipelining.enabled", true));
          }
        }
        Await.until("it goes on", () -> done.get() > before + 200);
      }
      stop.set(true);
      for (Thread thread : threads) {
        thread.join(30_000);
        assertThat(thread.isAlive()).as("a client hangs").isFalse();
      }

      assertThat(problems).isEmpty();
      assertThat(node.queued()).isPositive();
      Rest.poolsOf(node.node());
    }
  }
}
