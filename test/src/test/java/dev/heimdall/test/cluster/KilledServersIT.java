package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.cluster.RoutedCluster.execute;
import static dev.heimdall.test.cluster.RoutedCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Servers of a cluster are killed and started again and again under clients that only read: none of
 * them hears of it. {@code -Dkills.rounds} says how often (default 2).
 */
class KilledServersIT {
  private static final int ROUNDS = Integer.getInteger("kills.rounds", 2);
  private static final int CLIENTS = 10;
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** Reads until it is told to stop. */
  private static final class Reader implements Runnable {
    private final RoutedCluster routed;
    private final int number;
    private final AtomicBoolean stop;
    private final ConcurrentLinkedQueue<String> errors;
    private final AtomicLong reads = new AtomicLong();

    Reader(
        RoutedCluster routed,
        int number,
        AtomicBoolean stop,
        ConcurrentLinkedQueue<String> errors) {
      this.routed = routed;
      this.number = number;
      this.stop = stop;
      this.errors = errors;
    }

    @Override
    public void run() {
      try (Connection client =
          number % 2 == 0 ? routed.connect() : routed.connect("preferQueryMode", "simple")) {
        while (!stop.get()) {
          String sql =
              switch ((int) (reads.get() % 4)) {
                case 0 -> "SELECT count(*) FROM t";
                case 1 -> "SELECT i FROM t WHERE i = 1";
                case 2 -> "SELECT count(*), now() FROM t";
                default -> "SELECT i FROM t, pg_sleep(0.002) LIMIT 1";
              };
          read(client, sql);
          if (client.isClosed()) {
            return;
          }
        }
      } catch (SQLException e) {
        errors.add("client " + number + ": " + e);
      }
    }

    private void read(Connection client, String sql) {
      try {
        assertThat(value(client, sql)).isNotNull();
        reads.incrementAndGet();
      } catch (SQLException e) {
        errors.add(e.getSQLState() + " " + e.getMessage() + " to client " + number + ": " + sql);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"all, 2", "none, 2", "none, 40"})
  void readsGoOnWhateverServerIsKilled(String split, int poolSize) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
    List<Reader> readers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (RoutedCluster routed =
        new RoutedCluster(
            c ->
                c.source("cluster.reads", split)
                    .source("cluster.balance.slowStart", "0")
                    .vdb("pool.size", poolSize)
                    .vdb("pipelining.minRuns", 1)
                    .vdb("pipelining.enabled", poolSize < CLIENTS),
            primary ->
                asOwner(primary, "CREATE TABLE t (i int)", "INSERT INTO t VALUES (1), (2)"))) {
      for (int i = 0; i < CLIENTS; i++) {
        Reader reader = new Reader(routed, i, stop, errors);
        readers.add(reader);
        Thread thread = new Thread(reader, "reader-" + i);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
      }
      goOn(readers, errors);
      List<PostgresServer> victims =
          split.equals("none")
              ? List.of(routed.primary())
              : List.of(routed.first(), routed.second(), routed.primary());
      for (int round = 0; round < ROUNDS; round++) {
        for (PostgresServer victim : victims) {
          victim.kill();
          victim.start();
          goOn(readers, errors);
        }
      }
      try (Connection client = routed.connect()) {
        execute(client, "INSERT INTO t VALUES (3)");
      }
      stop.set(true);
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(20));
      }
      assertThat(errors).isEmpty();
    } finally {
      stop.set(true);
    }
  }

  /** Waits until each of them has had answers again. */
  private static void goOn(List<Reader> readers, ConcurrentLinkedQueue<String> errors) {
    for (Reader reader : readers) {
      long before = reader.reads.get();
      Await.until(
          "a reader goes on",
          PATIENCE,
          () -> reader.reads.get() > before + 20 || !errors.isEmpty(),
          errors::toString);
    }
  }
}
