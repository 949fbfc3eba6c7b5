package dev.heimdall.test.cache;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writers count rows up, readers look at them at the same time. Who begins to read after a writer
 * was told must find at least what that one has written.
 */
final class Race {
  static final int ROWS = 6;

  private final List<Target> readAt;
  private final List<Target> writeAt;
  private final int writes;
  private final boolean transactions;
  private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(ROWS);
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final Queue<String> backward = new ConcurrentLinkedQueue<>();
  private final AtomicLong reads = new AtomicLong();
  private volatile boolean over;

  /**
   * @param writes of each writer
   * @param transactions whether readers read in transactions
   */
  Race(List<Target> readAt, List<Target> writeAt, int writes, boolean transactions) {
    this.readAt = readAt;
    this.writeAt = writeAt;
    this.writes = writes;
    this.transactions = transactions;
  }

  /** The table that they are about, with every row at nothing. */
  static String table(String name) {
    return "DROP TABLE IF EXISTS %1$s; CREATE TABLE %1$s (id int PRIMARY KEY, n int);"
            .formatted(name)
        + " INSERT INTO %s SELECT i, 0 FROM generate_series(0, %d) i".formatted(name, ROWS - 1);
  }

  /** Runs it: two writers and four readers for each place. */
  void run(String table) throws IOException {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<?>> writers = new ArrayList<>();
    List<Future<?>> readers = new ArrayList<>();
    try {
      for (int i = 0; i < 2 * writeAt.size(); i++) {
        int number = i;
        writers.add(threads.submit(task(() -> write(table, number))));
      }
      for (int i = 0; i < 4 * readAt.size(); i++) {
        int number = i;
        readers.add(threads.submit(task(() -> read(table, number))));
      }
      await(writers);
      over = true;
      await(readers);
    } finally {
      over = true;
      threads.shutdownNow();
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private static Callable<Void> task(Step step) {
    return () -> {
      step.run();
      return null;
    };
  }

  private static void await(List<Future<?>> all) throws IOException {
    try {
      for (Future<?> each : all) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private void write(String table, int number) throws IOException {
    Random random = new Random(number);
    try (RawClient client = RawClient.logIn(writeAt.get(number % writeAt.size()))) {
      for (int i = 0; i < writes; i++) {
        int row = random.nextInt(ROWS);
        String update = "UPDATE %s SET n = n + 1 WHERE id = %d RETURNING n".formatted(table, row);
        int written;
        switch (random.nextInt(5)) {
          case 0 -> {
            client.query("BEGIN");
            written = Integer.parseInt(client.value(update));
            client.query("COMMIT");
          }
          case 1 -> {
            client.query("BEGIN");
            client.query(update);
            client.query("ROLLBACK");
            written = 0;
          }
          default -> written = Integer.parseInt(client.value(update));
        }
        acknowledged.accumulateAndGet(row, written, Math::max);
        look(client, table, row);
      }
    }
  }

  private void read(String table, int number) throws IOException {
    Random random = new Random(-1 - number);
    try (RawClient client = RawClient.logIn(readAt.get(number % readAt.size()))) {
      int[] seen = new int[ROWS];
      boolean open = false;
      while (!over) {
        if (transactions && random.nextInt(8) == 0) {
          client.query(open ? "COMMIT" : "BEGIN");
          open = !open;
        }
        int row = random.nextInt(ROWS);
        int found = look(client, table, row);
        if (found < seen[row]) {
          backward.add("row " + row + ": " + found + " after its client had seen " + seen[row]);
        }
        seen[row] = Math.max(seen[row], found);
      }
    }
  }

  private int look(RawClient client, String table, int row) throws IOException {
    int least = acknowledged.get(row);
    int found =
        Integer.parseInt(client.value("SELECT n FROM %s WHERE id = %d".formatted(table, row)));
    reads.incrementAndGet();
    if (found < least) {
      violations.add("row " + row + ": " + found + " after " + least + " was acknowledged");
    }
    return found;
  }

  /** Reads of one client of which the later one found less. */
  List<String> backward() {
    return List.copyOf(backward);
  }

  /** Reads that found less than what was acknowledged before them. */
  List<String> violations() {
    return List.copyOf(violations);
  }

  long reads() {
    return reads.get();
  }
}
