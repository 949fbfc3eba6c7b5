package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Everything at once for a while: in the end nothing has grown. {@code -Dsoak.seconds} makes it
 * longer (default 6).
 */
@Tag("long")
class SoakIT {
  private static final int SECONDS = Integer.getInteger("soak.seconds", 6);
  private static final long SEED = Long.getLong("soak.seed", System.nanoTime());
  private static final long DIRECT_SLACK = 48L << 20;

  /** Errors that the workload itself brings about. */
  private static final Set<String> EXPECTED =
      Set.of("22012", "57014", "25P02", "57P01", "08006", "53300");

  private final LongAdder statements = new LongAdder();
  private final Queue<String> problems = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void warmUp() throws IOException {
    Rest.warmUp();
  }

  @Test
  void nothingGrows() throws Exception {
    System.out.printf("soak: seed %d, %d s%n", SEED, SECONDS);
    int descriptors = Rest.descriptors();
    try (NodeErrors errors = new NodeErrors();
        TestNode node =
            TestNode.start(
                c -> c.node("loops", 2).vdb("pool.size", 4).vdb("pool.queueTimeout", "20s"))) {
      run(node, Math.max(2, SECONDS / 5));
      Rest.poolsOf(node);
      int middleDescriptors = Rest.descriptors();
      long direct = PlatformDependent.usedDirectMemory();

      run(node, SECONDS);

      Rest.poolsOf(node);
      Rest.descriptorsLike(middleDescriptors);
      assertThat(PlatformDependent.usedDirectMemory() - direct)
          .as("direct memory that stayed")
          .isLessThan(DIRECT_SLACK);
      assertThat(node.servers()).hasSizeLessThanOrEqualTo(4);
      System.out.printf(
          "soak: %d statements, %d descriptors, %d MB direct%n",
          statements.sum(), Rest.descriptors(), PlatformDependent.usedDirectMemory() >> 20);
    }
    Rest.descriptorsLike(descriptors);
    assertThat(problems.stream().limit(5)).isEmpty();
    assertThat(statements.sum()).isGreaterThan(100);
  }

  private void run(TestNode node, int seconds) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Random random = new Random(SEED + i);
      boolean jdbc = i % 3 == 0;
      Thread thread =
          new Thread(
              () -> {
                while (System.nanoTime() < end) {
                  try {
                    if (jdbc) {
                      driver(node, random);
                    } else {
                      wire(node, random, end);
                    }
                  } catch (SQLException e) {
                    if (!EXPECTED.contains(e.getSQLState())) {
                      problems.add("driver: " + e);
                    }
                  } catch (Ended e) {
                    // as on a direct connection
                  } catch (IOException | RuntimeException e) {
                    problems.add("wire: " + e);
                  }
                }
              },
              "soak-" + i);
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(seconds + 60));
      assertThat(thread.isAlive()).as(thread.getName() + " hangs").isFalse();
    }
  }

  private void driver(TestNode node, Random random) throws SQLException {
    try (Connection connection = node.target().jdbc("prepareThreshold", "2")) {
      connection.setAutoCommit(random.nextBoolean());
      for (int i = random.nextInt(20); i >= 0; i--) {
        try (PreparedStatement select =
            connection.prepareStatement("SELECT ?::int + " + random.nextInt(30))) {
          select.setInt(1, i);
          try (ResultSet rows = select.executeQuery()) {
            assertThat(rows.next()).isTrue();
          }
          statements.increment();
        }
      }
      if (!connection.getAutoCommit()) {
        connection.rollback();
      }
    }
  }

  private void wire(TestNode node, Random random, long end) throws IOException {
    RawClient client = RawClient.logIn(node.target());
    try {
      talk(client, random, end);
    } catch (IOException | RuntimeException e) {
      client.close(); // what stays open is counted
      throw e;
    }
    switch (random.nextInt(4)) {
      case 0 -> client.vanish();
      case 1 -> {
        client.send(Frontend.query("SELECT pg_sleep(0.01), repeat('x', 500000)"));
        client.vanish();
      }
      case 2 -> {
        client.send(Frontend.terminate());
        client.close();
      }
      default -> client.close();
    }
  }

  private void talk(RawClient client, Random random, long end) throws IOException {
    for (int i = random.nextInt(30); i >= 0 && System.nanoTime() < end; i--) {
      statements.increment();
      switch (random.nextInt(12)) {
        case 0 -> ask(client, "SELECT 1/0");
        case 1 -> ask(client, "BEGIN");
        case 2 -> ask(client, "ROLLBACK");
        case 3 -> ask(client, "SET application_name = 'soak " + random.nextInt() + "'");
        case 4 -> ask(client, "SELECT repeat('x', " + random.nextInt(2_000_000) + ")");
        case 5 -> ask(client, "COPY (SELECT generate_series(1, 3000)) TO STDOUT");
        case 6 -> {
          client.send(Frontend.query("SELECT pg_sleep(0.02)"));
          client.cancel();
          answer(client);
        }
        case 7 -> {
          client.send(
              Frontend.statement("SELECT $1::text", "x".repeat(random.nextInt(100_000))),
              Frontend.sync(),
              Frontend.query("SELECT 2"));
          answer(client);
          answer(client);
        }
        case 8 -> {
          if (random.nextInt(5) == 0) {
            SharedPostgres.value(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE usename = 'app' AND state = 'idle' LIMIT 1");
          }
        }
        default -> ask(client, "SELECT " + random.nextInt());
      }
    }
  }

  private void ask(RawClient client, String sql) throws IOException {
    client.send(Frontend.query(sql));
    answer(client);
  }

  private void answer(RawClient client) throws IOException {
    Message last = null;
    try {
      do {
        last = client.receive();
        if (last.type() == 'E' && !EXPECTED.contains(last.sqlState())) {
          problems.add(last.toString());
        }
      } while (last.type() != 'Z');
    } catch (IOException e) {
      if (last != null && last.type() == 'E' && last.sqlState().equals("57P01")) {
        throw new Ended();
      }
      throw new IOException(e + " after " + last, e);
    }
  }

  /** The server connection was ended in a transaction, and the session with it. */
  private static final class Ended extends IOException {
    private static final long serialVersionUID = 1;
  }
}
