package dev.heimdall.test.race;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Reads of several tables are kept in the cache, a write through the node comes, and all of them
 * must be what the server itself says then: over joins, conditions and writes drawn at random.
 */
final class JoinJudge implements AutoCloseable {
  private static final int READS = 12;
  private static final int WRITES_OF_A_ROUND = 6;
  private static final int VALUES = 4;
  private static final String ERROR = "error ";
  private static final List<String> TABLES = List.of("jj_a", "jj_b", "jj_c");
  private static final List<String> COLUMNS = List.of("id", "k", "k", "n");

  private final Connection node;
  private final Connection server;
  private final Dice dice;
  private final List<String> joins;
  private final boolean using;
  private final List<String> violations = new ArrayList<>();
  private long pairs;
  private long touched;

  /**
   * @param joins words that join two tables
   * @param using whether the server knows joins by columns of one name
   */
  JoinJudge(Connection node, Connection server, List<String> joins, boolean using, long seed)
      throws SQLException {
    this.node = node;
    this.server = server;
    this.joins = joins;
    this.using = using;
    dice = new Dice(seed);
    for (String table : TABLES) {
      run(node, "DROP TABLE IF EXISTS " + table);
      run(node, "CREATE TABLE " + table + " (id int, k int, n int)");
    }
  }

  private static void run(Connection at, String sql) throws SQLException {
    try (Statement statement = at.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Results of the tables are cached. */
  boolean ready() throws SQLException {
    run(node, "SELECT count(*) FROM jj_c");
    try (Statement statement = node.createStatement();
        ResultSet rows = statement.executeQuery("SHOW QUERYINFO")) {
      boolean cached = false;
      while (rows.next()) {
        cached |= rows.getString(1).equals("cached") && rows.getString(2).equals("yes");
      }
      return cached;
    }
  }

  void run(long most) throws SQLException {
    while (pairs < most && violations.isEmpty()) {
      round();
    }
  }

  private void round() throws SQLException {
    for (String table : TABLES) {
      String rows =
          IntStream.range(0, 5)
              .mapToObj(i -> "(" + value() + ", " + value() + ", " + dice.below(100) + ")")
              .collect(Collectors.joining(", "));
      run(node, "DELETE FROM " + table);
      run(node, "INSERT INTO " + table + " (id, k, n) VALUES " + rows);
    }
    List<String> reads = new ArrayList<>();
    while (reads.size() < READS) {
      String read = read();
      if (!answer(server, read).startsWith(ERROR)) {
        reads.add(read);
      }
    }
    List<String> before = compare(reads, "nothing");
    for (int i = 0; i < WRITES_OF_A_ROUND; i++) {
      String write = write();
      attempt(write);
      List<String> now = compare(reads, write);
      pairs += READS;
      for (int k = 0; k < READS; k++) {
        touched += now.get(k).equals(before.get(k)) ? 0 : 1;
      }
      before = now;
    }
  }

  /** A write that the server does not know is refused through the node as well. */
  private void attempt(String write) throws SQLException {
    try {
      run(node, write);
    } catch (SQLException e) {
      if (!refused(write)) {
        violations.add("%s: refused through the node alone: %s".formatted(write, e.getMessage()));
      }
    }
  }

  private boolean refused(String write) throws SQLException {
    server.setAutoCommit(false);
    try {
      run(server, write);
      return false;
    } catch (SQLException e) {
      return true;
    } finally {
      server.rollback();
      server.setAutoCommit(true);
    }
  }

  private List<String> compare(List<String> reads, String write) {
    List<String> all = new ArrayList<>();
    for (String read : reads) {
      String right = answer(server, read);
      String kept = answer(node, read);
      if (!right.equals(kept)) {
        violations.add("%s behind %s: %s instead of %s".formatted(read, write, kept, right));
      }
      all.add(right);
    }
    return all;
  }

  private static String answer(Connection at, String sql) {
    try (Statement statement = at.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1) + " " + row.getString(2) + " " + row.getString(3);
    } catch (SQLException e) {
      return ERROR + Refusal.of(e).getSQLState();
    }
  }

  private String value() {
    return dice.oneIn(12) ? "NULL" : String.valueOf(dice.below(VALUES));
  }

  private String read() {
    List<String> names = new ArrayList<>();
    StringBuilder from = new StringBuilder(table(names));
    for (int i = 1 + dice.below(2); i > 0; i--) {
      String join = dice.pick(joins);
      from.append(' ').append(join).append(' ').append(table(names));
      if (!join.equals(",") && !join.startsWith("CROSS") && !join.startsWith("NATURAL")) {
        boolean shared = using && dice.oneIn(8);
        from.append(shared ? " USING (" + dice.pick(List.of("id", "k")) + ")" : " ON " + on(names));
      }
    }
    String where = dice.oneIn(6) ? "" : " WHERE " + conditions(names);
    String first = names.get(0);
    return "SELECT count(*), sum(%s.n), max(%s.id) FROM %s%s"
        .formatted(first, names.get(names.size() - 1), from, where);
  }

  private String table(List<String> names) {
    String table = dice.pick(TABLES);
    boolean alias = dice.oneIn(2) || names.contains(table);
    String name = alias ? "x" + names.size() : table;
    names.add(name);
    return alias ? table + (dice.oneIn(2) ? " AS " : " ") + name : table;
  }

  private String on(List<String> names) {
    String equal = column(names.subList(names.size() - 1, names.size())) + " = " + column(names);
    String on =
        dice.oneIn(3) ? conditions(names) : dice.oneIn(2) ? equal : equal + " AND " + one(names);
    return dice.oneIn(3) ? "(" + on + ")" : on;
  }

  private String conditions(List<String> names) {
    StringBuilder all = new StringBuilder(one(names));
    for (int i = dice.below(3); i > 0; i--) {
      all.append(dice.oneIn(9) ? " OR " : " AND ").append(one(names));
    }
    return all.toString();
  }

  private String one(List<String> names) {
    String column = column(names);
    return switch (dice.below(18)) {
      case 0 -> "NOT " + column + " = " + value();
      case 1 -> column + " BETWEEN " + value() + " AND " + value();
      case 2 -> column + " IS NULL";
      case 3 -> column + " > " + value();
      case 4 -> "(" + column + " = " + value() + " OR " + column(names) + " = " + value() + ")";
      case 5 -> "CASE WHEN " + column + " = 1 AND " + column(names) + " = 2 THEN 1 ELSE 0 END = 1";
      case 6 -> "(" + column + " = " + value() + " AND " + column(names) + " = " + value() + ")";
      case 7 -> column + " IN (" + value() + ", " + value() + ")";
      case 8, 9, 10, 11 -> column + " = " + column(names);
      default -> column + " = " + value();
    };
  }

  private String column(List<String> names) {
    String column = dice.pick(COLUMNS);
    return dice.oneIn(12) ? column : dice.pick(names) + "." + column;
  }

  private String write() {
    String table = dice.pick(TABLES);
    List<String> of = List.of(table);
    String by = dice.pick(COLUMNS.subList(0, 3)) + " = " + value();
    String where = " WHERE " + (dice.oneIn(5) ? conditions(of) : by);
    return switch (dice.below(8)) {
      case 0 -> "DELETE FROM " + table + where;
      case 1 -> "UPDATE " + table + " SET k = " + value() + where;
      case 2 -> "UPDATE " + table + " SET id = " + value() + ", n = n + 1" + where;
      case 3, 4 ->
          "INSERT INTO %s (k, n, id) VALUES (%s, 1, %s)".formatted(table, value(), value());
      default -> "UPDATE " + table + " SET n = n + 1" + where;
    };
  }

  /** Reads that were not what the server said, in words. */
  List<String> violations() {
    return List.copyOf(violations);
  }

  long pairs() {
    return pairs;
  }

  /** Pairs of which the write has changed the result of the read. */
  long touched() {
    return touched;
  }

  @Override
  public void close() throws SQLException {
    for (String table : TABLES) {
      run(node, "DROP TABLE IF EXISTS " + table);
    }
  }
}
