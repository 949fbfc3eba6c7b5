package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Cancel requests hit the client they are for, and nobody else. */
@Tag("ci")
class CancelIT {
  private static final int STORM = Integer.getInteger("cancel.storm", 2000);

  @BeforeAll
  static void warmUp() throws IOException {
    Rest.warmUp();
  }

  /** Runs short statements and counts those that were cancelled. */
  private record Worker(RawClient client, AtomicInteger cancelled, AtomicInteger done) {
    void run(AtomicBoolean stop, Queue<String> problems, Random random) {
      try {
        while (!stop.get()) {
          boolean inTransaction = random.nextInt(4) == 0;
          if (inTransaction) {
            ask("BEGIN", problems);
          }
          ask("SELECT pg_sleep(0.001 * " + random.nextInt(3) + ")", problems);
          if (inTransaction) {
            ask("ROLLBACK", problems);
          }
          done.incrementAndGet();
        }
      } catch (IOException e) {
        problems.add("a client was disconnected: " + e);
      }
    }

    private void ask(String sql, Queue<String> problems) throws IOException {
      for (Message message : client.query(sql)) {
        if (message.type() == 'E') {
          if (message.sqlState().equals("57014")) {
            cancelled.incrementAndGet();
          } else if (!message.sqlState().equals("25P02")) {
            problems.add(sql + ": " + message);
          }
        }
      }
    }
  }

  @Test
  void aStormOfCancelsNeverHitsANeighbour() throws Exception {
    int descriptors = Rest.descriptors();
    Queue<String> problems = new ConcurrentLinkedQueue<>();
    AtomicBoolean stop = new AtomicBoolean();
    try (TestNode node =
        TestNode.start(
            c -> c.node("loops", 2).vdb("pool.size", 3).vdb("pool.queueTimeout", "60s"))) {
      List<Worker> workers = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        Worker worker =
            new Worker(RawClient.logIn(node.target()), new AtomicInteger(), new AtomicInteger());
        workers.add(worker);
        Random random = new Random(i);
        Thread thread = new Thread(() -> worker.run(stop, problems, random));
        thread.start();
        threads.add(thread);
      }
      // The first half is cancelled over and over; the second half must never feel it.
      Random random = new Random(1);
      for (int i = 0; i < STORM; i++) {
        workers.get(random.nextInt(6)).client().cancel();
      }
      // How often a cancel meets a statement of its own client is up to the machine.
      Await.until(
          "a cancel has hit, and all clients go on",
          () -> {
            workers.get(random.nextInt(6)).client().cancel();
            return workers.subList(0, 6).stream().anyMatch(w -> w.cancelled().get() > 0)
                && workers.stream().allMatch(w -> w.done().get() > 0);
          });
      stop.set(true);
      for (Thread thread : threads) {
        thread.join(60_000);
        assertThat(thread.isAlive()).as("a client hangs").isFalse();
      }

      assertThat(problems).isEmpty();
      assertThat(workers.subList(6, 12)).allSatisfy(w -> assertThat(w.cancelled()).hasValue(0));
      assertThat(workers.subList(0, 6).stream().mapToInt(w -> w.cancelled().get()).sum())
          .as("cancels that hit their own client")
          .isPositive();
      assertThat(workers).allSatisfy(w -> assertThat(w.done().get()).isPositive());
      for (Worker worker : workers) {
        worker.client().close();
      }
      Rest.poolsOf(node);
    }
    Rest.descriptorsLike(descriptors);
  }

  @Test
  void aWrongKeyCancelsNothing() throws Exception {
    try (TestNode node = TestNode.start(c -> c.vdb("pool.size", 2));
        RawClient client = RawClient.logIn(node.target())) {
      client.send(Frontend.query("SELECT pg_sleep(1)"));
      Random random = new Random(2);
      for (int i = 0; i < 300; i++) {
        byte[] secret = client.secret().clone();
        switch (i % 4) {
          case 0 -> secret[random.nextInt(secret.length)] ^= (byte) (1 << random.nextInt(8));
          case 1 -> secret = new byte[0];
          case 2 -> secret = java.util.Arrays.copyOf(secret, secret.length - 1);
          default -> secret = java.util.Arrays.copyOf(secret, 200);
        }
        int id = i % 8 == 0 ? client.processId() ^ (1 + random.nextInt(100)) : client.processId();
        try (RawClient other = RawClient.connect(node.target())) {
          other.send(
              Frontend.cancelRequest(id, id == client.processId() ? secret : client.secret()));
          assertThat(other.untilClosed().stream().filter(m -> m.type() != 'E')).isEmpty();
        }
      }

      assertThat(client.untilReady()).extracting(Message::type).doesNotContain('E');
      client.close();
      Rest.poolsOf(node);
    }
  }

  @Test
  void aCancelOfAnIdleClientDoesNothingToItsNextStatement() throws Exception {
    try (TestNode node = TestNode.start(c -> c.vdb("pool.size", 1));
        RawClient client = RawClient.logIn(node.target());
        RawClient neighbour = RawClient.logIn(node.target())) {
      for (int i = 0; i < 200; i++) {
        client.query("SELECT 1");
        client.cancel();
        assertThat(neighbour.query("SELECT 1")).extracting(Message::type).doesNotContain('E');
        assertThat(client.query("SELECT 1")).extracting(Message::type).doesNotContain('E');
      }
    }
  }
}
