package dev.heimdall.test.race;

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

  private final SplittableRandom random;
  private final List<String> violations = new ArrayList<>();
  private final KeyWords words;
  private final DrawnConstants constants;
  private final Sessions node;
  private final Route route;
  private final Connection owner;
  private final Connection server;
  private final String prefix;
  private final List<String> types;

  /** That of this round. */
  private String table;

  /** Of this round. */
  private Connection writer;

  private long pairs;
  private long touched;

  /** Settings of a session that reads, and of one at the server itself. */
  private String settings;

  /** Opens a session. */
  interface Sessions {
    Connection open() throws SQLException;
  }

  /**
   * Ways of writes to the server.
   *
   * @param writers sessions that write
   * @param heard waits until the node has heard of what was written
   * @param columns definitions of others between those that are read
   * @param settings of a session that writes: one of them, whatever there are
   */
  record Route(Sessions writers, Hearing heard, String columns, List<String> settings) {}

  /** Waits. */
  interface Hearing {
    void await() throws SQLException;
  }

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

  /**
   * @param past the node: at the server itself
   * @param prefix of the tables' names
   * @param types definitions of columns
   */
  KeyJudge(
      KeyWords words, Sessions node, Sessions past, String prefix, List<String> types, long seed)
      throws SQLException {
    this(words, node, past, new Route(node, () -> {}, "", List.of()), prefix, types, seed);
  }

  KeyJudge(
      KeyWords words,
      Sessions node,
      Sessions past,
      Route route,
      String prefix,
      List<String> types,
      long seed)
      throws SQLException {
    this.words = words;
    this.route = route;
    this.prefix = prefix;
    this.types = List.copyOf(types);
    random = new SplittableRandom(seed);
    constants = new DrawnConstants(random, words.constants());
    this.node = node;
    owner = route.writers().open();
    server = past.open();
    create();
  }

  /** Once for all: behind a definition nothing is cached for a while. */
  private void create() throws SQLException {
    try (Statement statement = owner.createStatement()) {
      statement.execute(words.settings().get(0).get(0));
      for (int i = 0; i < types.size(); i++) {
        String type = types.get(i);
        statement.execute("DROP TABLE IF EXISTS " + prefix + i);
        statement.execute(
            "CREATE TABLE %s (n INT DEFAULT 0, %sc %s)"
                .formatted(prefix + i, route.columns(), type));
      }
    }
  }

  /** Results of the tables are cached. */
  boolean ready() throws SQLException {
    try (Connection session = node.open()) {
      return isCached(session, words.read().formatted(prefix + "0") + "1 = 1");
    }
  }

  /** True if the answer to a query comes from the cache. */
  static boolean isCached(Connection session, String query) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
    }
    try (Statement statement = session.createStatement();
        ResultSet rows = statement.executeQuery("SHOW QUERYINFO")) {
      boolean cached = false;
      while (rows.next()) {
        cached |= rows.getString(1).equals("cached") && rows.getString(2).equals("yes");
      }
      return cached;
    }
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

  /**
   * With sessions of its own: one that keeps its server connection reads nothing from the cache,
   * and its writes count for all rows.
   */
  private void round() throws SQLException {
    try (Connection reader = node.open();
        Connection writing = route.writers().open()) {
      writer = writing;
      settle(reader, server);
      round(reader);
    }
  }

  private void round(Connection reader) throws SQLException {
    int which = random.nextInt(types.size());
    KeyWords.Literals literals = words.literals(types.get(which));
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
      if (!answer(read, server).startsWith(KeyWords.ERROR)) {
        reads.add(read);
      }
    }
    List<String> before = answers(reads);
    route.heard().await();
    compare(reads, before, reader, types.get(which), "nothing");
    for (int i = 0; i < WRITES_OF_A_ROUND; i++) {
      settle(writer);
      if (!route.settings().isEmpty()) {
        execute(writer, pick(route.settings()));
      }
      String write = attempt(random.nextInt(3) == 0 ? insert(literals) : change(literals));
      List<String> now = answers(reads);
      route.heard().await();
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
      if (!right.get(k).equals(kept) && !words.byPlan(kept)) {
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
    List<String> drawn = words.settings().stream().map(this::pick).toList();
    for (Connection session : sessions) {
      try (Statement statement = session.createStatement()) {
        for (String one : drawn) {
          statement.execute(one);
        }
      }
    }
    if (sessions.length > 1) {
      settings = String.join(", ", drawn);
    }
  }

  private static void execute(Connection session, String sql) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String answer(Read read, Connection connection) {
    try {
      return String.valueOf(read.of(connection));
    } catch (SQLException e) {
      return KeyWords.ERROR + Refusal.of(e).getErrorCode();
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

  private Read read(KeyWords.Literals literals) {
    List<Object> values = new ArrayList<>();
    String sql = words.read().formatted(table);
    return new Read(sql + condition(literals, values), values);
  }

  private String condition(KeyWords.Literals literals, List<Object> values) {
    String column = pick(words.columns()).formatted(table);
    String by =
        random.nextInt(3) == 0
            ? " IN (" + value(literals, values) + ", " + value(literals, values) + ")"
            : " = " + value(literals, values);
    return column + by + pick(words.more());
  }

  /** A literal, or a parameter of a value like it; or an expression of one. */
  private String value(KeyWords.Literals literals, List<Object> values) {
    String literal = pick(random.nextInt(5) < 3 ? literals.plain() : literals.all());
    boolean computed = random.nextInt(4) == 0;
    if (random.nextInt(3) > 0) {
      return computed ? constants.like(literal) : literal;
    }
    boolean quoted = literal.startsWith("'");
    String text = quoted ? literal.substring(1, literal.length() - 1) : literal;
    Object value = text;
    if (!quoted && text.matches("-?[0-9]{1,18}")) {
      long number = Long.parseLong(text);
      value =
          switch (random.nextInt(6)) {
            case 0 -> text;
            case 1 -> (double) number;
            case 2 -> BigDecimal.valueOf(number);
            case 3 -> (byte) number;
            case 4 -> (int) number;
            default -> number;
          };
    }
    values.add(value);
    return computed ? constants.around(literal) : "?";
  }

  private Read change(KeyWords.Literals literals) {
    List<Object> values = new ArrayList<>();
    String change = pick(words.changes());
    String set = change.contains("%2$s") ? value(literals, values) : "";
    String end = pick(words.ends());
    return new Read(
        change.formatted(table, set) + " WHERE " + condition(literals, values) + end, values);
  }

  private Read insert(KeyWords.Literals literals) {
    List<Object> values = new ArrayList<>();
    String insert = pick(words.inserts());
    String sql = insert.formatted(table, random.nextInt(100), value(literals, values));
    return new Read(sql, values);
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
    try (Statement statement = owner.createStatement()) {
      for (int i = 0; i < types.size(); i++) {
        statement.execute("DROP TABLE IF EXISTS " + prefix + i);
      }
    }
    owner.close();
    server.close();
  }
}
