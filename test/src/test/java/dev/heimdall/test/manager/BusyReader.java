package dev.heimdall.test.manager;

import dev.heimdall.test.fixture.Target;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A client of a node that asks one thing after the other. */
final class BusyReader implements AutoCloseable {
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger answers = new AtomicInteger();
  private final Thread thread;
  private volatile boolean ending;

  BusyReader(Target target) {
    thread = new Thread(() -> run(target), "busy-reader");
    thread.start();
  }

  private void run(Target target) {
    try (Connection connection = target.jdbc();
        Statement statement = connection.createStatement()) {
      while (!ending) {
        statement.execute("SELECT 1");
        answers.incrementAndGet();
        Thread.sleep(20); // Without a rest it would have half the machine.
      }
    } catch (SQLException e) {
      failures.add(e.getSQLState() + " " + e.getMessage());
    } catch (InterruptedException e) {
      failures.add(e.toString());
    }
  }

  int answers() {
    return answers.get();
  }

  List<String> failures() {
    return failures;
  }

  @Override
  public void close() throws InterruptedException {
    ending = true;
    thread.join(30_000);
  }
}
