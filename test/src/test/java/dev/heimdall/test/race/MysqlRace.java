package dev.heimdall.test.cache;

import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writers count rows of their own up, in the ways that MySQL has for it, and readers look at them
 * at the same time, by texts and by prepared statements. Who begins to read after a writer was told
 * must find at least what that one has written, and never less than it has seen.
 */
final class MysqlRace {
  private static final int ROWS_EACH = 2;
  private static final int READERS = 4;

  /** At most so often a writer reads what it has written. */
  private static final int OWN_READS = 12;

  private final List<MysqlTarget> readAt;
  private final List<MysqlTarget> writeAt;
  private final int writers;
  private final int writes;
  private final AtomicIntegerArray acknowledged;
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicLong reads = new AtomicLong();
  private volatile boolean over;

  /**
   * @param writes of each writer
   */
  MysqlRace(List<MysqlTarget> readAt, List<MysqlTarget> writeAt, int writes) {
    this.readAt = readAt;
    this.writeAt = writeAt;
    this.writes = writes;
    writers = 2 * writeAt.size();
    acknowledged = new AtomicIntegerArray(writers * ROWS_EACH);
  }

  /** Makes the table that it is about, with every row at nothing, and what counts it up. */
  void make(Statement statement, String table) throws SQLException {
    statement.execute("DROP TABLE IF EXISTS " + table);
    statement.execute("DROP PROCEDURE IF EXISTS " + table + "_up");
    statement.execute("CREATE TABLE " + table + " (id INT PRIMARY KEY, n INT)");
    for (int row = 0; row < acknowledged.length(); row++) {
      statement.execute("INSERT INTO " + table + " VALUES (" + row + ", 0)");
    }
    statement.execute(
        "CREATE PROCEDURE "
            + table
            + "_up(which INT) BEGIN UPDATE "
            + table
            + " SET n = n + 1 WHERE id = which; DO SLEEP(0.001); END");
  }

  void run(String table) throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<Void>> writing = new ArrayList<>();
    List<Future<Void>> reading = new ArrayList<>();
    try {
      for (int i = 0; i < writers; i++) {
        int number = i;
        Callable<Void> writer = () -> write(table, number);
        writing.add(threads.submit(writer));
      }
      for (int i = 0; i < READERS * readAt.size(); i++) {
        int number = i;
        Callable<Void> reader = () -> read(table, number);
        reading.add(threads.submit(reader));
      }
      for (Future<Void> each : writing) {
        each.get(5, TimeUnit.MINUTES);
      }
      over = true;
      for (Future<Void> each : reading) {
        each.get(1, TimeUnit.MINUTES);
      }
    } finally {
      over = true;
      threads.shutdownNow();
    }
  }

  private Void write(String table, int number) throws SQLException {
    Random random = new Random(number);
    try (Connection connection =
            writeAt.get(number % writeAt.size()).jdbc("allowMultiQueries", "true");
        Statement statement = connection.createStatement();
        PreparedStatement prepared =
            connection.prepareStatement("UPDATE " + table + " SET n = n + 1 WHERE id = ?")) {
      int[] counts = new int[ROWS_EACH];
      for (int i = 0; i < writes; i++) {
        int which = random.nextInt(ROWS_EACH);
        int row = number * ROWS_EACH + which;
        String up = "UPDATE " + table + " SET n = n + 1 WHERE id = " + row;
        counts[which]++;
        switch (random.nextInt(9)) {
          case 0 -> all(statement, "BEGIN", up, "COMMIT");
          case 1 -> {
            all(statement, "BEGIN", up, "ROLLBACK");
            counts[which]--;
          }
          case 2 -> all(statement, "SET autocommit = 0", up, "SET autocommit = 1");
          case 3 -> all(statement, "BEGIN; " + up + "; COMMIT");
          case 4 -> all(statement, "CALL " + table + "_up(" + row + ")");
          case 5 ->
              all(
                  statement,
                  "INSERT INTO %s VALUES (%d, 0) ON DUPLICATE KEY UPDATE n = n + 1"
                      .formatted(table, row));
          case 6 ->
              all(
                  statement,
                  "REPLACE INTO %s VALUES (%d, %d)".formatted(table, row, counts[which]));
          case 7 -> {
            prepared.setInt(1, row);
            prepared.executeUpdate();
          }
          default -> all(statement, up);
        }
        acknowledged.set(row, counts[which]);
        for (int k = random.nextInt(OWN_READS); k > 0; k--) {
          check(statement, table, row, counts[which]);
        }
      }
    }
    return null;
  }

  /** Nobody else writes the row. */
  private void check(Statement statement, String table, int row, int expected) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery("SELECT n FROM %s WHERE id = %d".formatted(table, row))) {
      rows.next();
      reads.incrementAndGet();
      if (rows.getInt(1) != expected) {
        violations.add("own row " + row + ": " + rows.getInt(1) + " for " + expected);
      }
    }
  }

  private static void all(Statement statement, String... texts) throws SQLException {
    for (String text : texts) {
      statement.execute(text);
    }
  }

  private Void read(String table, int number) throws SQLException {
    Random random = new Random(-1 - number);
    MysqlTarget target = readAt.get(number % readAt.size());
    String prepares = String.valueOf(number % READERS < READERS / 2);
    try (Connection connection = target.jdbc("useServerPrepStmts", prepares);
        PreparedStatement read =
            connection.prepareStatement("SELECT n FROM " + table + " WHERE id = ?")) {
      int[] seen = new int[acknowledged.length()];
      while (!over) {
        int row = random.nextInt(seen.length);
        int least = Math.max(seen[row], acknowledged.get(row));
        read.setInt(1, row);
        try (ResultSet rows = read.executeQuery()) {
          rows.next();
          seen[row] = rows.getInt(1);
        }
        reads.incrementAndGet();
        if (seen[row] < least) {
          violations.add("row " + row + ": " + seen[row] + " after " + least);
        }
      }
    }
    return null;
  }

  /** Reads that found less than what was acknowledged, or seen, before them. */
  List<String> violations() {
    return List.copyOf(violations);
  }

  long reads() {
    return reads.get();
  }
}
