package dev.heimdall.test.race;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Two writers at each place count tables up, four readers at each node look at them at the same
 * time.
 */
final class Race {
  private static final int WRITERS = 2;
  private static final int READERS = 4;
  private static final int TEXTS = 2;

  /** The row that is counted up and read. */
  private static final List<String> COUNTED =
      List.of("id = 0", "name = 'zero'", "id IN (0, 7)", "id + 0 = 0");

  private static final List<String> OTHERS = List.of("id = 1", "name = 'two'", "id IN (2)");

  private static final List<String> READ =
      List.of("id = 0", "name = 'zero'", "name = 'zero' AND id = 0", "id + 0 = 0");

  /** Who writes past the nodes is faster: it rests for up to so many nanoseconds in between. */
  private static final int REST_PAST_NODES = 6_000_000;

  private final Ledger ledger;
  private final List<String> tables;
  private final List<Target> nodes;
  private final List<Target> places;
  private final int writes;
  private final long seed;
  private final BooleanSupplier enough;
  private volatile boolean over;

  /**
   * @param places where it is written: the nodes, and perhaps the database
   * @param writes of each writer
   * @param enough ends it earlier
   */
  Race(
      Ledger ledger,
      List<String> tables,
      List<Target> nodes,
      List<Target> places,
      int writes,
      long seed,
      BooleanSupplier enough) {
    this.ledger = ledger;
    this.tables = List.copyOf(tables);
    this.nodes = List.copyOf(nodes);
    this.places = List.copyOf(places);
    this.writes = writes;
    this.seed = seed;
    this.enough = enough;
  }

  /** Commits of one table, at most. */
  static int most(int places, int writes) {
    return WRITERS * places * writes;
  }

  private interface Task {
    void run() throws IOException;
  }

  private static Callable<Void> task(Task task) {
    return () -> {
      task.run();
      return null;
    };
  }

  void run() throws IOException {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<?>> writers = new ArrayList<>();
    List<Future<?>> readers = new ArrayList<>();
    try {
      for (int i = 0; i < WRITERS * places.size(); i++) {
        int number = i;
        writers.add(threads.submit(task(() -> write(number))));
      }
      for (int i = 0; i < READERS * nodes.size(); i++) {
        int number = i;
        readers.add(threads.submit(task(() -> read(number))));
      }
      await(writers);
      over = true;
      await(readers);
    } finally {
      over = true;
      threads.shutdownNow();
    }
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

  private void write(int number) throws IOException {
    SplittableRandom random = new SplittableRandom(seed + number);
    int place = number % places.size();
    boolean past = place >= nodes.size();
    try (RawClient client = RawClient.logIn(places.get(place))) {
      Ledger.Reader own = past ? null : ledger.new Reader(place);
      for (int i = 0; i < writes && !enough.getAsBoolean(); i++) {
        int table = random.nextInt(tables.size());
        while (!ledger.writes(place, table)) {
          table = random.nextInt(tables.size());
        }
        ledger.begun(table);
        ledger.acknowledged(place, table, write(client, tables.get(table), random));
        if (past) {
          LockSupport.parkNanos(random.nextInt(REST_PAST_NODES));
        } else {
          look(client, own, table, random);
        }
      }
    }
  }

  private static int write(RawClient client, String table, SplittableRandom random)
      throws IOException {
    String update =
        "UPDATE " + table + " SET n = n + 1 WHERE " + pick(COUNTED, random) + " RETURNING n";
    String other = "UPDATE " + table + " SET n = n + 1 WHERE " + pick(OTHERS, random);
    switch (random.nextInt(8)) {
      case 0, 1 -> {
        // Row 0 first, always: whoever locks them in another order waits for ever.
        client.value("BEGIN");
        int written = Integer.parseInt(client.value(update));
        if (random.nextInt(3) > 0) {
          client.value(other);
        }
        client.value("COMMIT");
        return written;
      }
      case 2 -> {
        client.value("BEGIN");
        client.value("DELETE FROM " + table + " WHERE id = 3");
        int written = Integer.parseInt(client.value(update));
        client.value("COMMIT");
        return written;
      }
      case 3 -> {
        client.value("BEGIN");
        client.value(update);
        client.value("ROLLBACK");
        return 0;
      }
      default -> {
        return Integer.parseInt(client.value(update));
      }
    }
  }

  private static String pick(List<String> some, SplittableRandom random) {
    return some.get(random.nextInt(some.size()));
  }

  private void read(int number) throws IOException {
    SplittableRandom random = new SplittableRandom(seed - 1 - number);
    int node = number % nodes.size();
    try (RawClient client = RawClient.logIn(nodes.get(node))) {
      Ledger.Reader reader = ledger.new Reader(node);
      while (!over) {
        int table = random.nextInt(tables.size());
        look(client, reader, table, random);
        look(client, reader, table, random); // by another text, mostly
      }
    }
  }

  /** By one of several texts: what one has brought is nothing to the others. */
  private void look(RawClient client, Ledger.Reader reader, int table, SplittableRandom random)
      throws IOException {
    String text =
        "SELECT n FROM "
            + tables.get(table)
            + " WHERE "
            + pick(READ, random)
            + " AND n > -"
            + (1 + random.nextInt(TEXTS));
    Ledger.Read read = reader.begins(table);
    read.found(Integer.parseInt(client.value(text)));
  }
}
