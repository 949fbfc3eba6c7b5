package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Clients that never stop, each with a connection to the end, and what went wrong for them. */
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

  void client(Connector connector, Work work) {
    running.add(
        CompletableFuture.runAsync(
            () -> {
              try (Connection client = connector.connect()) {
                for (int round = 0; !over.get(); round++) {
                  work.run(client, round);
                  done.incrementAndGet();
                  LockSupport.parkNanos(REST_NANOS);
                }
              } catch (SQLException e) {
                failures.add(e.toString());
              }
            },
            task -> {
              Thread thread = new Thread(task, "load");
              thread.setDaemon(true);
              thread.start();
            }));
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
