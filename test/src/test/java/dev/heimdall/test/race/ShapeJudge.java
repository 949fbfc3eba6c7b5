package dev.heimdall.test.race;

import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * Columns of a table come, go, and change their places and names at the server while rows are
 * written there and read through the node: behind that all reads must be what the server says.
 */
final class ShapeJudge implements AutoCloseable {
  private static final int VALUES = 6;
  private static final int WRITES = 12;

  /** Each undoes the one before, or what it has done itself. */
  private static final List<List<String>> CHANGES =
      List.of(
          List.of("ADD COLUMN x INT DEFAULT 3 FIRST", "DROP COLUMN x"),
          List.of("CHANGE a b INT, CHANGE b a INT"),
          List.of("MODIFY a INT AFTER n", "MODIFY a INT AFTER id"),
          List.of("ADD COLUMN y INT DEFAULT 2 AFTER id", "CHANGE y z INT", "DROP COLUMN z"),
          List.of("MODIFY b BIGINT", "MODIFY b INT"));

  private final Connection reader;
  private final Connection writer;
  private final Connection definer;
  private final KeyJudge.Hearing heard;
  private final SplittableRandom random;
  private final List<String> reads;
  private final int[] done = new int[CHANGES.size()];
  private final List<String> violations = new ArrayList<>();
  private long judged;
  private long touched;

  ShapeJudge(KeyJudge.Sessions node, KeyJudge.Sessions past, KeyJudge.Hearing heard, long seed)
      throws SQLException {
    this.heard = heard;
    random = new SplittableRandom(seed);
    reader = node.open();
    writer = past.open();
    definer = past.open();
    execute(writer, "DROP TABLE IF EXISTS shaped");
    execute(writer, "CREATE TABLE shaped (id INT PRIMARY KEY, a INT, b INT, n INT)");
    for (int i = 1; i <= VALUES; i++) {
      execute(writer, "INSERT INTO shaped VALUES (%d, %d, %d, 0)".formatted(i, i, VALUES - i));
    }
    reads =
        IntStream.range(0, VALUES)
            .boxed()
            .flatMap(i -> List.of("a = " + i, "b = " + i, "id = " + i).stream())
            .map("SELECT GROUP_CONCAT(n ORDER BY n) FROM shaped WHERE "::concat)
            .toList();
  }

  private static void execute(Connection session, String sql) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String read(Connection session, String sql) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }

  void run(int rounds) throws Exception {
    for (int i = 0; i < rounds && violations.isEmpty(); i++) {
      round(random.nextInt(CHANGES.size()));
    }
  }

  private void round(int which) throws Exception {
    List<String> steps = CHANGES.get(which);
    String change = steps.get(done[which]++ % steps.size());
    heard.await();
    Await.until("it is cached", () -> KeyJudge.isCached(reader, reads.get(0)));
    write();
    int at = random.nextInt(WRITES);
    CompletableFuture<Void> defined = CompletableFuture.completedFuture(null);
    for (int i = 0; i < WRITES; i++) {
      if (i == at) {
        defined =
            CompletableFuture.runAsync(
                () -> {
                  try {
                    execute(definer, "ALTER TABLE shaped " + change);
                  } catch (SQLException e) {
                    throw new IllegalStateException(e);
                  }
                });
      }
      write();
      for (String read : reads) {
        read(reader, read);
      }
    }
    defined.join();
    heard.await();
    Await.until("it is cached", () -> KeyJudge.isCached(reader, reads.get(0)));
    judge(change);
    for (int i = 0; i < WRITES; i++) {
      write();
      heard.await();
      judge(change);
    }
  }

  /** The server is asked first: nothing is written meanwhile. */
  private void judge(String change) throws SQLException {
    for (String read : reads) {
      String right = read(writer, read);
      String kept = read(reader, read);
      judged++;
      if (!kept.equals(right)) {
        violations.add("%s behind %s: %s instead of %s".formatted(read, change, kept, right));
      }
    }
  }

  private void write() throws SQLException {
    int value = random.nextInt(VALUES);
    String by = List.of("a", "b", "id").get(random.nextInt(3)) + " = " + random.nextInt(VALUES);
    String write =
        switch (random.nextInt(5)) {
          case 0 -> "UPDATE shaped SET a = " + value + " WHERE " + by;
          case 1 -> "UPDATE shaped SET b = " + value + ", n = n + 1 WHERE " + by;
          case 2 -> "DELETE FROM shaped WHERE " + by;
          case 3 ->
              "REPLACE INTO shaped (id, a, b, n) VALUES (%d, %d, %d, %d)"
                  .formatted(value, random.nextInt(VALUES), random.nextInt(VALUES), value);
          default -> "UPDATE shaped SET n = n + 1 WHERE " + by;
        };
    try (Statement statement = writer.createStatement()) {
      touched += statement.executeUpdate(write);
    }
  }

  List<String> violations() {
    return List.copyOf(violations);
  }

  /** Number of reads that were judged. */
  long reads() {
    return judged;
  }

  /** Number of rows that were written. */
  long touched() {
    return touched;
  }

  @Override
  public void close() throws SQLException {
    execute(writer, "DROP TABLE IF EXISTS shaped");
    for (Connection each : List.of(reader, writer, definer)) {
      each.close();
    }
  }
}
