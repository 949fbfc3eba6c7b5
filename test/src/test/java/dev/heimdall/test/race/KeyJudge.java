package dev.heimdall.test.race;

import dev.heimdall.test.fixture.MysqlTarget;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Reads by values of a column are kept in the cache, a write through the node by another value
 * comes, or by the same one in other words, and all of them must be what the server itself says
 * then: over types, collations, literals, parameters and the modes of sessions, drawn at random.
 */
final class KeyJudge implements AutoCloseable {
  private static final int READS = 16;
  private static final int WRITES_OF_A_ROUND = 6;
  private static final int ROWS = 12;
  private static final String ERROR = "error ";

  private static final List<String> MODES =
      List.of(
          "",
          "STRICT_ALL_TABLES",
          "STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE",
          "ANSI_QUOTES",
          "NO_BACKSLASH_ESCAPES",
          "PAD_CHAR_TO_FULL_LENGTH",
          "NO_AUTO_VALUE_ON_ZERO",
          "PIPES_AS_CONCAT",
          "HIGH_NOT_PRECEDENCE,NO_UNSIGNED_SUBTRACTION");

  private static final List<String> NAMES =
      List.of(
          "utf8mb4",
          "utf8mb4 COLLATE utf8mb4_bin",
          "utf8mb4 COLLATE utf8mb4_roman_ci",
          "utf8mb4 COLLATE utf8mb4_general_ci",
          "latin1");

  private static final List<String> MORE =
      List.of(
          "",
          "",
          "",
          "",
          "",
          "",
          " AND n >= 0",
          " AND n >= 0",
          " AND n >= 0 OR n = 3",
          " || n = 3",
          " XOR n = 3");

  private final SplittableRandom random;
  private final List<String> violations = new ArrayList<>();
  private final MysqlTarget node;
  private final Connection writer;
  private final Connection server;
  private final String prefix;
  private final List<String> types;

  /** That of this round. */
  private String table;

  private long pairs;
  private long touched;

  /** Settings of a session that reads, and of one at the server itself. */
  private String settings;

  /** A read in the words of one protocol or the other; values are those of its parameters. */
  private record Read(String sql, List<Object> values) {
    String of(Connection connection) throws SQLException {
      if (values.isEmpty()) {
        try (Statement statement = connection.createStatement();
            ResultSet row = statement.executeQuery(sql)) {
          row.next();
          return row.getString(1);
        }
      }
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        set(statement, values);
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          return row.getString(1);
        }
      }
    }
  }

  KeyJudge(MysqlTarget node, MysqlTarget past, String prefix, List<String> types, long seed)
      throws SQLException {
    this.prefix = prefix;
    this.types = List.copyOf(types);
    random = new SplittableRandom(seed);
    this.node = node;
    writer = session(node);
    server = session(past);
    create();
  }

  /** Once for all: behind a definition nothing is cached for a while. */
  private void create() throws SQLException {
    try (Statement statement = writer.createStatement()) {
      statement.execute("SET SESSION sql_mode = ''");
      for (int i = 0; i < types.size(); i++) {
        String type = types.get(i);
        statement.execute("DROP TABLE IF EXISTS " + prefix + i);
        statement.execute("CREATE TABLE %s (n INT DEFAULT 0, c %s)".formatted(prefix + i, type));
      }
    }
  }

  /** Results of the tables are cached. */
  boolean ready() throws SQLException {
    try (Statement statement = writer.createStatement();
        ResultSet row = statement.executeQuery("SELECT GROUP_CONCAT(n) FROM " + prefix + "0")) {
      row.next();
    }
    try (Statement statement = writer.createStatement();
        ResultSet rows = statement.executeQuery("SHOW QUERYINFO")) {
      boolean cached = false;
      while (rows.next()) {
        cached |= rows.getString(1).equals("cached") && rows.getString(2).equals("yes");
      }
      return cached;
    }
  }

  private static Connection session(MysqlTarget at) throws SQLException {
    return at.jdbc(
        "useServerPrepStmts", "true",
        "jdbcCompliantTruncation", "false",
        "characterEncoding", "UTF-8");
  }

  private static void set(PreparedStatement statement, List<Object> values) throws SQLException {
    for (int i = 0; i < values.size(); i++) {
      statement.setObject(i + 1, values.get(i));
    }
  }

  private <T> T pick(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  /** Goes on until so many pairs of reads and writes are judged, or it is enough. */
  void run(long most, BooleanSupplier enough) throws SQLException {
    while (pairs < most && !enough.getAsBoolean()) {
      round();
    }
  }

  /** With a session of its own: what one leaves behind keeps others from being cached. */
  private void round() throws SQLException {
    try (Connection reader = session(node)) {
      settle(reader, server);
      round(reader);
    }
  }

  private void round(Connection reader) throws SQLException {
    int which = random.nextInt(types.size());
    boolean numbers = KeySamples.OF_NUMBERS.contains(types.get(which));
    List<String> literals = numbers ? KeySamples.NUMBERS : KeySamples.TEXTS;
    table = prefix + which;
    try (Statement statement = writer.createStatement()) {
      statement.execute("DELETE FROM " + table);
    }
    for (int i = 0; i < ROWS; i++) {
      attempt(insert(literals));
    }
    List<Read> reads = new ArrayList<>();
    while (reads.size() < READS) {
      Read read = read(literals);
      if (!answer(read, server).startsWith(ERROR)) {
        reads.add(read);
      }
    }
    List<String> before = answers(reads);
    compare(reads, before, reader, types.get(which), "nothing");
    for (int i = 0; i < WRITES_OF_A_ROUND; i++) {
      settle(writer);
      String write = attempt(random.nextInt(3) == 0 ? insert(literals) : change(literals));
      List<String> now = answers(reads);
      compare(reads, now, reader, types.get(which), write);
      pairs += READS;
      for (int k = 0; k < READS; k++) {
        touched += now.get(k).equals(before.get(k)) ? 0 : 1;
      }
      before = now;
    }
  }

  private void compare(
      List<Read> reads, List<String> right, Connection reader, String type, String write) {
    for (int k = 0; k < READS; k++) {
      String kept = answer(reads.get(k), reader);
      if (!right.get(k).equals(kept)) {
        violations.add(
            "%s (%s): %s behind %s: %s instead of %s"
                .formatted(type, settings, reads.get(k), write, kept, right.get(k)));
      }
    }
  }

  /** Answers of the server to all of them: in one go, as far as they have no parameters. */
  private List<String> answers(List<Read> reads) {
    List<String> texts =
        IntStream.range(0, READS)
            .filter(k -> reads.get(k).values().isEmpty())
            .mapToObj(k -> "SELECT %d, (%s)".formatted(k, reads.get(k).sql()))
            .toList();
    Map<Integer, String> found = new HashMap<>();
    if (!texts.isEmpty()) {
      try (Statement statement = server.createStatement();
          ResultSet rows = statement.executeQuery(String.join(" UNION ALL ", texts))) {
        while (rows.next()) {
          found.put(rows.getInt(1), String.valueOf(rows.getString(2)));
        }
      } catch (SQLException e) {
        found.clear(); // one of them is refused: each is asked by itself
      }
    }
    return IntStream.range(0, READS)
        .mapToObj(k -> found.computeIfAbsent(k, each -> answer(reads.get(each), server)))
        .toList();
  }

  /** Gives sessions another mode and character set, each of them the same. */
  private void settle(Connection... sessions) throws SQLException {
    String modes = "SET SESSION sql_mode = '" + pick(MODES) + "'";
    String names = "SET NAMES " + pick(NAMES);
    for (Connection session : sessions) {
      try (Statement statement = session.createStatement()) {
        statement.execute(modes);
        statement.execute(names);
      }
    }
    if (sessions.length > 1) {
      settings = modes + ", " + names;
    }
  }

  private static String answer(Read read, Connection connection) {
    try {
      return String.valueOf(read.of(connection));
    } catch (SQLException e) {
      return ERROR + e.getErrorCode();
    }
  }

  /** Returns what was written, in words; it may be refused. */
  private String attempt(Read write) {
    try {
      if (write.values().isEmpty()) {
        try (Statement statement = writer.createStatement()) {
          statement.execute(write.sql());
        }
      } else {
        try (PreparedStatement statement = writer.prepareStatement(write.sql())) {
          set(statement, write.values());
          statement.execute();
        }
      }
      return write.toString();
    } catch (SQLException e) {
      return write + " (" + e.getErrorCode() + ")";
    }
  }

  private Read read(List<String> literals) {
    List<Object> values = new ArrayList<>();
    String sql = "SELECT GROUP_CONCAT(n ORDER BY n) FROM " + table + " WHERE ";
    return new Read(sql + condition(literals, values), values);
  }

  private String condition(List<String> literals, List<Object> values) {
    String column = pick(List.of("c", "C", "`c`", table + ".c"));
    String by =
        random.nextInt(3) == 0
            ? " IN (" + value(literals, values) + ", " + value(literals, values) + ")"
            : " = " + value(literals, values);
    return column + by + pick(MORE);
  }

  /** A literal, or a parameter of a value like it. */
  private String value(List<String> literals, List<Object> values) {
    List<String> plain =
        literals == KeySamples.NUMBERS ? KeySamples.PLAIN_NUMBERS : KeySamples.PLAIN_TEXTS;
    String literal = pick(random.nextInt(5) < 3 ? plain : literals);
    if (random.nextInt(3) > 0) {
      return literal;
    }
    boolean quoted = literal.startsWith("'");
    String text = quoted ? literal.substring(1, literal.length() - 1) : literal;
    Object value = text;
    if (!quoted && text.matches("-?[0-9]{1,18}")) {
      long number = Long.parseLong(text);
      value =
          switch (random.nextInt(5)) {
            case 0 -> text;
            case 1 -> (double) number;
            case 2 -> BigDecimal.valueOf(number);
            case 3 -> (byte) number;
            default -> number;
          };
    }
    values.add(value);
    return "?";
  }

  private Read change(List<String> literals) {
    List<Object> values = new ArrayList<>();
    String set = pick(List.of("n = n + 1", "n = n + 1", table + ".n = n + 2", "n = 3, n = n + 1"));
    String verb =
        switch (random.nextInt(8)) {
          case 0 -> "DELETE FROM " + table;
          case 1 -> "DELETE QUICK IGNORE FROM " + table;
          case 2 -> "UPDATE IGNORE " + table + " SET " + set;
          case 3 -> "UPDATE " + table + " SET n = n + 1, c = " + value(literals, values);
          case 4 -> "UPDATE " + table + " SET C = " + value(literals, values);
          default -> "UPDATE " + table + " SET " + set;
        };
    String end = pick(List.of("", "", " LIMIT 1", " ORDER BY n"));
    return new Read(verb + " WHERE " + condition(literals, values) + end, values);
  }

  private Read insert(List<String> literals) {
    List<Object> values = new ArrayList<>();
    String n = String.valueOf(random.nextInt(100));
    String sql =
        switch (random.nextInt(8)) {
          case 0 -> "INSERT INTO %s SET c = %s, n = " + n;
          case 1 -> "INSERT IGNORE INTO %s (c, n) VALUES (%s, " + n + ")";
          case 2 -> "REPLACE INTO %s (c, n) VALUES (%s, " + n + ")";
          case 3 -> "INSERT INTO %s VALUES (" + n + ", %s)";
          case 4 -> "INSERT INTO %s (c) VALUES (%s) ON DUPLICATE KEY UPDATE n = n + 1";
          case 5 -> "INSERT INTO %s (n, C) VALUES (" + n + ", %s), (" + n + ", 'b')";
          default -> "INSERT INTO %s (n, c) VALUES (" + n + ", %s)";
        };
    return new Read(sql.formatted(table, value(literals, values)), values);
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
    try (Statement statement = writer.createStatement()) {
      for (int i = 0; i < types.size(); i++) {
        statement.execute("DROP TABLE IF EXISTS " + prefix + i);
      }
    }
    writer.close();
    server.close();
  }
}
