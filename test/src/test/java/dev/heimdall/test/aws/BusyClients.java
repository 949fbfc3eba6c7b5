package dev.heimdall.test.aws;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Target;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** Clients that run one transaction after the other, each on a connection that it keeps. */
final class BusyClients implements AutoCloseable {
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicIntegerArray done;
  private volatile boolean stopped;

  BusyClients(Target target, int clients) {
    done = new AtomicIntegerArray(clients);
    for (int i = 0; i < clients; i++) {
      int number = i;
      Thread thread = new Thread(() -> run(target, number), "busy-" + i);
      threads.add(thread);
      thread.start();
    }
  }

  private void run(Target target, int number) {
    try (Connection connection = target.jdbc();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      while (!stopped) {
        statement.execute("SELECT pg_sleep(0.01)");
        statement.execute("SELECT txid_current()");
        connection.commit();
        done.incrementAndGet(number);
      }
    } catch (SQLException e) {
      errors.add(e.getSQLState() + " " + e.getMessage());
    }
  }

  /** Waits until each of them has done something that it began after this call. */
  void awaitProgress() {
    int[] before = new int[done.length()];
    for (int i = 0; i < before.length; i++) {
      before[i] = done.get(i);
    }
    Await.until(
        "each client has gone on; errors: " + errors,
        () -> {
          for (int i = 0; i < before.length; i++) {
            if (done.get(i) < before[i] + 2 && errors.isEmpty()) {
              return false;
            }
          }
          return true;
        });
  }

  List<String> errors() {
    return List.copyOf(errors);
  }

  @Override
  public void close() {
    stopped = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
