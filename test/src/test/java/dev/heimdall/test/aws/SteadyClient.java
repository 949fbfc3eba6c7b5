package dev.heimdall.test.aws;

import dev.heimdall.test.fixture.Target;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A client that writes one row after the other, each in a transaction of its own. */
final class SteadyClient implements AutoCloseable {
  private final List<Failure> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger written = new AtomicInteger();
  private final Thread thread;
  private volatile boolean ending;

  /**
   * A write that failed.
   *
   * @param begun by {@link System#nanoTime}
   */
  record Failure(long begun, String what) {}

  SteadyClient(Target target) {
    thread = new Thread(() -> run(target), "steady-client");
    thread.start();
  }

  private void run(Target target) {
    try (Connection connection = target.jdbc();
        Statement statement = connection.createStatement()) {
      while (!ending) {
        long begun = System.nanoTime();
        try {
          statement.execute("INSERT INTO steps DEFAULT VALUES");
          written.incrementAndGet();
        } catch (SQLException e) {
          failures.add(new Failure(begun, e.getSQLState() + " " + e.getMessage()));
          if (connection.isClosed()) {
            return;
          }
        }
        Thread.sleep(5);
      }
    } catch (SQLException e) {
      failures.add(new Failure(System.nanoTime(), "connecting: " + e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  int written() {
    return written.get();
  }

  List<Failure> failures() {
    return failures;
  }

  @Override
  public void close() {
    ending = true;
    try {
      thread.join(30_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
