package dev.heimdall.test.race;

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
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Writers count rows of their own up, each in a table of its own beside a row that nobody reads, in
 * the ways that MySQL has for it, and readers look at them at the same time, by texts and by
 * prepared statements. Who begins to read after a writer was told at the same place must find at
 * least what that one has written, and never less than it has seen of it; what was written
 * elsewhere only where that is promised.
 */
final class MysqlRace {
  private static final int ROWS_EACH = 3;
  private static final int READERS = 4;

  /** Of each table, a row that is written and not read. */
  private static final int OTHER = 1_000_000;

  /** At most so often a writer reads what it has written. */
  private static final int OWN_READS = 12;

  private final String prefix;
  private final Level level;
  private final List<MysqlTarget> readAt;
  private final List<MysqlTarget> writeAt;
  private final int writers;
  private final int writes;
  private final AtomicIntegerArray acknowledged;
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicLong reads = new AtomicLong();
  private volatile boolean over;

  /**
   * @param prefix of the tables
   * @param writes of each writer
   */
  MysqlRace(
      String prefix, Level level, List<MysqlTarget> readAt, List<MysqlTarget> writeAt, int writes) {
    this.prefix = prefix;
    this.level = level;
    this.readAt = readAt;
    this.writeAt = writeAt;
    this.writes = writes;
    writers = 2 * writeAt.size();
    acknowledged = new AtomicIntegerArray(writers * ROWS_EACH);
  }

  /** What is found of each row, in words. */
  String all(Connection connection) throws SQLException {
    StringBuilder all = new StringBuilder();
    try (Statement statement = connection.createStatement()) {
      for (String table : tables()) {
        try (ResultSet rows = statement.executeQuery("SELECT n FROM " + table + " ORDER BY id")) {
          while (rows.next()) {
            all.append(rows.getInt(1)).append(' ');
          }
        }
      }
    }
    return all.toString();
  }

  /** Those that it is about. */
  List<String> tables() {
    return IntStream.range(0, acknowledged.length()).mapToObj(this::tableOf).toList();
  }

  private int placeOf(int row) {
    return row / ROWS_EACH % writeAt.size();
  }

  private String tableOf(int row) {
    return prefix + "_" + row;
  }

  /** Makes the tables, with every row at nothing, and what counts it up. */
  void make(Statement statement) throws SQLException {
    for (String table : tables()) {
      statement.execute("DROP TABLE IF EXISTS " + table);
      statement.execute("DROP PROCEDURE IF EXISTS " + table + "_up");
      statement.execute("CREATE TABLE " + table + " (id INT PRIMARY KEY, n INT)");
      statement.execute(
          "CREATE PROCEDURE "
              + table
              + "_up(which INT) BEGIN UPDATE "
              + table
              + " SET n = n + 1 WHERE id = which; DO SLEEP(0.001); END");
    }
    for (int row = 0; row < acknowledged.length(); row++) {
      statement.execute(
          "INSERT INTO %s VALUES (%d, 0), (%d, 0)".formatted(tableOf(row), row, OTHER));
    }
  }

  /** Statements that take all of it away. */
  String[] drop() {
    return tables().stream()
        .flatMap(table -> Stream.of("DROP TABLE " + table, "DROP PROCEDURE " + table + "_up"))
        .toArray(String[]::new);
  }

  void run() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<Void>> writing = new ArrayList<>();
    List<Future<Void>> reading = new ArrayList<>();
    try {
      for (int i = 0; i < writers; i++) {
        int number = i;
        Callable<Void> writer = () -> write(number);
        writing.add(threads.submit(writer));
      }
      for (int i = 0; i < READERS * readAt.size(); i++) {
        int number = i;
        Callable<Void> reader = () -> read(number);
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

  private Void write(int number) throws SQLException {
    Random random = new Random(number);
    try (Connection connection =
            writeAt.get(number % writeAt.size()).jdbc("allowMultiQueries", "true");
        Statement statement = connection.createStatement()) {
      List<PreparedStatement> prepared = new ArrayList<>();
      for (int which = 0; which < ROWS_EACH; which++) {
        String table = tableOf(number * ROWS_EACH + which);
        prepared.add(
            connection.prepareStatement("UPDATE " + table + " SET n = n + 1 WHERE id = ?"));
      }
      int[] counts = new int[ROWS_EACH];
      for (int i = 0; i < writes; i++) {
        int which = random.nextInt(ROWS_EACH);
        int row = number * ROWS_EACH + which;
        String table = tableOf(row);
        String up =
            "UPDATE %s SET n = n + 1 WHERE id %s"
                .formatted(table, pick(random, "= " + row, "IN (" + row + ", -1)", "+ 0 = " + row));
        String other = "UPDATE " + table + " SET n = n + 1 WHERE id = " + OTHER;
        counts[which]++;
        switch (random.nextInt(12)) {
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
            prepared.get(which).setInt(1, row);
            prepared.get(which).executeUpdate();
          }
          case 8 -> all(statement, "BEGIN", up, other, "COMMIT");
          case 9 -> all(statement, "BEGIN", other, up, "COMMIT");
          case 10 -> all(statement, other, up);
          default -> all(statement, up);
        }
        acknowledged.set(row, counts[which]);
        for (int k = random.nextInt(OWN_READS); k > 0; k--) {
          check(statement, row, counts[which]);
        }
      }
    }
    return null;
  }

  /** Nobody else writes the row. */
  private void check(Statement statement, int row, int expected) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery("SELECT n FROM %s WHERE id = %d".formatted(tableOf(row), row))) {
      rows.next();
      reads.incrementAndGet();
      if (rows.getInt(1) != expected) {
        violations.add("own row " + row + ": " + rows.getInt(1) + " for " + expected);
      }
    }
  }

  /** Whether a row is written where it is read. */
  private boolean isWrittenAt(MysqlTarget target, int row) {
    return writeAt.get(placeOf(row)).equals(target);
  }

  private static String pick(Random random, String... some) {
    return some[random.nextInt(some.length)];
  }

  private static void all(Statement statement, String... texts) throws SQLException {
    for (String text : texts) {
      statement.execute(text);
    }
  }

  private Void read(int number) throws SQLException {
    Random random = new Random(-1 - number);
    MysqlTarget target = readAt.get(number % readAt.size());
    String prepares = String.valueOf(number % READERS < READERS / 2);
    try (Connection connection = target.jdbc("useServerPrepStmts", prepares)) {
      List<PreparedStatement> all = new ArrayList<>();
      for (String table : tables()) {
        all.add(connection.prepareStatement("SELECT n FROM " + table + " WHERE id = ?"));
      }
      int[] seen = new int[acknowledged.length()];
      while (!over) {
        int row = random.nextInt(seen.length);
        boolean here = isWrittenAt(target, row);
        int least = here || level == Level.STRICT ? acknowledged.get(row) : 0;
        least = here ? Math.max(seen[row], least) : least;
        PreparedStatement read = all.get(row);
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
