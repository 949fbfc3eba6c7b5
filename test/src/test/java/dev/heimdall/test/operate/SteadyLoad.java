package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Clients that never stop, and what went wrong for them. */
final class SteadyLoad implements AutoCloseable {
  /**
   * Between two rounds: processes that start beside the load need the processor, too. Longer than a
   * session stays on a server connection for what its client may send next.
   */
  private static final long REST_NANOS = 5_000_000;

  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicInteger done = new AtomicInteger();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private final List<CompletableFuture<Void>> running = new ArrayList<>();
  private final List<SteadyDriver> drivers = new ArrayList<>();

  /** Makes a client's connection. */
  interface Connector {
    Connection connect() throws SQLException;
  }

  /** What a client does over and over. */
  interface Work {
    void run(Connection client, int round) throws SQLException;
  }

  /** One with a connection to the end. */
  void client(Connector connector, Work work) {
    client(connector, work, Long.MAX_VALUE);
  }

  /** One that has another connection every now and then, as pools of applications do it. */
  void pooled(Connector connector, Work work, Duration life) {
    client(connector, work, life.toNanos());
  }

  private void client(Connector connector, Work work, long lifeNanos) {
    running.add(
        CompletableFuture.runAsync(
            () -> {
              try {
                while (!over.get()) {
                  live(connector, work, lifeNanos);
                }
              } catch (SQLException e) {
                failures.add(e.getSQLState() + " " + e.getMessage());
              }
            },
            task -> {
              Thread thread = new Thread(task, "load");
              thread.setDaemon(true);
              thread.start();
            }));
  }

  private void live(Connector connector, Work work, long lifeNanos) throws SQLException {
    long began = System.nanoTime();
    String where = "as it connected";
    try (Connection client = connector.connect()) {
      for (int round = 0; !over.get() && System.nanoTime() - began < lifeNanos; round++) {
        where = "in round " + round;
        work.run(client, round);
        done.incrementAndGet();
        LockSupport.parkNanos(REST_NANOS);
      }
      where = "as it left";
    } catch (SQLException e) {
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      throw new SQLException(
          "%s, %s, %d ms after it began to connect, at %s"
              .formatted(e.getMessage(), where, millis, Instant.now()),
          e.getSQLState(),
          e);
    }
  }

  /** Clients of a driver of another language. */
  void driver(SteadyDriver clients) {
    drivers.add(clients);
  }

  void goesOn() {
    int before = done.get();
    Await.until("clients are served", () -> done.get() > before + 20 || !failures.isEmpty());
    assertThat(failures).isEmpty();
    drivers.forEach(SteadyDriver::goesOn);
  }

  @Override
  public void close() {
    over.set(true);
    drivers.forEach(SteadyDriver::end);
    running.forEach(CompletableFuture::join);
    assertThat(failures).isEmpty();
    drivers.forEach(SteadyDriver::endedWell);
  }
}
