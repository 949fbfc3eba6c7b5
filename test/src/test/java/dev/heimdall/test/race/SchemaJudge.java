package dev.heimdall.test.race;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.race.SchemaStatements.Drawn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * Reads are kept in the cache, a write through the node comes, and all of them must be what the
 * server itself says then: over schemas drawn at random, of tables that write each other by
 * triggers, rules, foreign keys, defaults and functions, that are partitions, heirs and views of
 * others.
 */
final class SchemaJudge implements AutoCloseable {
  private static final int READS = 12;
  private static final int WRITES_OF_A_ROUND = 14;
  private static final int ROWS = 8;
  private static final int SAMPLED = 16;
  private static final String ERROR = "error ";
  private static final String LAST = "sj_last";

  /** Sessions of a kind: one that sends texts, and one that prepares what has parameters. */
  record Sessions(Connection texts, Connection prepares) implements AutoCloseable {
    Connection of(Drawn statement) {
      return statement.parameters().isEmpty() ? texts : prepares;
    }

    @Override
    public void close() throws SQLException {
      texts.close();
      prepares.close();
    }
  }

  /** Reads that rest on something of a sort, and those of them that were served. */
  private static final class Share {
    private int asked;
    private int served;

    @Override
    public String toString() {
      return served + " of " + asked;
    }
  }

  private final Sessions node;
  private final Connection writer;
  private final Sessions server;
  private final boolean postgres;
  private final Dice dice;
  private final List<DrawnSchema> schemas = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final List<String> history = new ArrayList<>();
  private final Map<String, Share> shares = new TreeMap<>();
  private DrawnSchema schema;
  private SchemaStatements statements;
  private long pairs;
  private long touched;
  private long written;
  private long refused;

  /**
   * @param node reads, and some of the writes
   * @param writer through the node, too
   * @param server the server itself
   * @param draws a schema by its number
   */
  SchemaJudge(
      Sessions node,
      Connection writer,
      Sessions server,
      Dice dice,
      int count,
      IntFunction<DrawnSchema> draws)
      throws SQLException {
    this.node = node;
    this.writer = writer;
    this.server = server;
    this.dice = dice;
    postgres = writer.getMetaData().getDatabaseProductName().startsWith("Postgre");
    for (int i = 0; i < count; i++) {
      DrawnSchema one = draws.apply(i);
      one.draw();
      schemas.add(one);
    }
    // The node reads definitions behind one of its own.
    run(writer, "DROP TABLE IF EXISTS " + LAST);
    run(writer, "CREATE TABLE " + LAST + " (n int)");
  }

  private static void run(Connection at, String sql) throws SQLException {
    try (Statement statement = at.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Results of the tables are cached. */
  boolean ready() throws SQLException {
    run(node.texts(), "SELECT count(*) FROM " + LAST);
    return served(node.texts());
  }

  private static boolean served(Connection at) throws SQLException {
    try (Statement statement = at.createStatement();
        ResultSet rows = statement.executeQuery("SHOW QUERYINFO")) {
      boolean cached = false;
      while (rows.next()) {
        cached |= rows.getString(1).equals("cached") && rows.getString(2).equals("yes");
      }
      return cached;
    }
  }

  /**
   * @param aim what is to bring what the writes change; null for anything
   */
  void run(long most, String aim) throws SQLException {
    List<DrawnSchema> some = schemas.stream().filter(one -> one.has(aim)).toList();
    while (pairs < most && violations.isEmpty()) {
      round(some.isEmpty() ? schemas : some, aim);
    }
  }

  private void round(List<DrawnSchema> some, String aim) throws SQLException {
    schema = dice.pick(some);
    statements = new SchemaStatements(dice, schema, postgres, aim);
    history.clear();
    fill();
    List<Drawn> reads = new ArrayList<>();
    while (reads.size() < READS) {
      Drawn read = statements.read();
      if (!answer(server.of(read), read).startsWith(ERROR)) {
        reads.add(read);
      }
    }
    List<String> before = compare(reads, null);
    for (int i = 0; i < WRITES_OF_A_ROUND && violations.isEmpty(); i++) {
      if (dice.oneIn(5)) {
        before = transaction(reads, before);
      } else {
        Drawn write = statements.write(true);
        if (!written(dice.oneIn(3) || write.mayPin() ? writer : node.of(write), write)) {
          continue;
        }
      }
      settle();
      before = compare(reads, before);
    }
  }

  /** Some tables anew; those that refer to others when these are filled, too. */
  private void fill() {
    List<DrawnSchema.Source> referring = new ArrayList<>();
    for (DrawnSchema.Source table : schema.tables) {
      if (dice.oneIn(2)) {
        attempt(writer, Drawn.of("DELETE FROM " + table.name()));
      }
      statements.rows(table, ROWS).forEach(row -> attempt(writer, row));
      if (table.column(DrawnSchema.REFERENCE) != null) {
        referring.add(table);
      }
    }
    for (DrawnSchema.Source table : referring) {
      statements.rows(table, ROWS).forEach(row -> attempt(writer, row));
    }
  }

  private String lastWords() {
    StringBuilder all = new StringBuilder(String.join("\n", history)).append('\n');
    try (Statement statement = node.texts().createStatement();
        ResultSet rows = statement.executeQuery("SHOW QUERYINFO")) {
      while (rows.next()) {
        all.append(rows.getString(1)).append(": ").append(rows.getString(2)).append('\n');
      }
    } catch (SQLException e) {
      all.append(e.getMessage());
    }
    return all.append(schema).toString();
  }

  /** Behind some writes definitions may be others: mostly until they are known again. */
  private void settle() {
    if (!dice.oneIn(8)) {
      Await.until("it is cached", Duration.ofSeconds(30), this::ready, this::lastWords);
    }
  }

  private List<String> transaction(List<Drawn> reads, List<String> before) throws SQLException {
    List<String> last = before;
    attempt(writer, Drawn.of("BEGIN"));
    boolean saved = false;
    for (int i = 1 + dice.below(3); i > 0; i--) {
      if (dice.oneIn(4)) {
        saved = true;
        attempt(writer, Drawn.of("SAVEPOINT here"));
      }
      written(writer, statements.write(false));
      if (dice.oneIn(2)) {
        answer(writer, dice.pick(reads));
      }
      if (saved && dice.oneIn(2)) {
        attempt(writer, Drawn.of("ROLLBACK TO SAVEPOINT here"));
      }
      if (dice.oneIn(3)) {
        last = compare(reads, last);
      }
    }
    attempt(writer, Drawn.of(dice.oneIn(4) ? "ROLLBACK" : "COMMIT"));
    return last;
  }

  /**
   * @param before what the server said last; null at first
   */
  private List<String> compare(List<Drawn> reads, List<String> before) throws SQLException {
    List<String> all = new ArrayList<>();
    List<String> rights = rights(reads);
    for (int i = 0; i < reads.size(); i++) {
      Drawn read = reads.get(i);
      String right = rights.get(i);
      String kept = answer(node.of(read), read);
      if (!right.equals(kept)) {
        violations.add(
            "%s: %s instead of %s behind%n%s%nin%n%s"
                .formatted(read, kept, right, String.join("\n", history), schema));
      }
      all.add(right);
      if (before != null) {
        boolean same = before.get(i).equals(right);
        pairs++;
        touched += same ? 0 : 1;
        if (same && read.parameters().isEmpty() && dice.oneIn(SAMPLED)) {
          Share share = shares.computeIfAbsent(read.sorts(), sorts -> new Share());
          share.asked++;
          share.served += served(node.of(read)) ? 1 : 0;
        }
      }
    }
    return all;
  }

  /** Answers of the server itself; to all texts at once. */
  private List<String> rights(List<Drawn> reads) {
    String texts =
        reads.stream()
            .filter(read -> read.parameters().isEmpty())
            .map(Drawn::sql)
            .collect(Collectors.joining("; "));
    List<String> all = new ArrayList<>();
    try (Statement statement = server.texts().createStatement()) {
      boolean more = !texts.isEmpty() && statement.execute(texts);
      for (Drawn read : reads) {
        if (!read.parameters().isEmpty()) {
          all.add(answer(server.prepares(), read));
        } else if (more) {
          all.add(rows(statement.getResultSet()));
          more = statement.getMoreResults();
        }
      }
    } catch (SQLException e) {
      all.clear(); // which of them it is shows one by one
    }
    return all.size() == reads.size()
        ? all
        : reads.stream().map(read -> answer(server.of(read), read)).toList();
  }

  private static PreparedStatement prepared(Connection at, Drawn drawn) throws SQLException {
    PreparedStatement statement = at.prepareStatement(drawn.sql());
    for (int i = 0; i < drawn.parameters().size(); i++) {
      statement.setObject(i + 1, drawn.parameters().get(i));
    }
    return statement;
  }

  /** All rows, in an order of their own. */
  private static String answer(Connection at, Drawn read) {
    if (read.parameters().isEmpty()) {
      try (Statement statement = at.createStatement();
          ResultSet rows = statement.executeQuery(read.sql())) {
        return rows(rows);
      } catch (SQLException e) {
        return ERROR + Refusal.of(e).getSQLState();
      }
    }
    try (PreparedStatement statement = prepared(at, read);
        ResultSet rows = statement.executeQuery()) {
      return rows(rows);
    } catch (SQLException e) {
      return ERROR + Refusal.of(e).getSQLState();
    }
  }

  private static String rows(ResultSet rows) throws SQLException {
    int columns = rows.getMetaData().getColumnCount();
    List<String> all = new ArrayList<>();
    while (rows.next()) {
      StringBuilder row = new StringBuilder();
      for (int i = 1; i <= columns; i++) {
        row.append(i == 1 ? "" : ",").append(rows.getString(i));
      }
      all.add(row.toString());
    }
    Collections.sort(all);
    return all.toString();
  }

  private boolean written(Connection at, Drawn write) {
    boolean done = attempt(at, write);
    written += done ? 1 : 0;
    refused += done ? 0 : 1;
    return done;
  }

  /** True if it was not refused. */
  private boolean attempt(Connection at, Drawn write) {
    try {
      if (write.isStreamed()) {
        StreamedRows.send(at, write.sql(), (String) write.parameters().get(0));
      } else if (write.parameters().isEmpty()) {
        run(at, write.sql());
      } else {
        try (PreparedStatement statement = prepared(at, write)) {
          statement.execute();
        }
      }
      history.add(write + (at == writer ? " -- by another" : ""));
      return true;
    } catch (SQLException e) {
      history.add(write + " -- " + Refusal.of(e).getMessage());
      return false;
    }
  }

  /** Reads that were not what the server said, with all that led there. */
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

  /** Of what the writes left, a sample: how much was served, by what the reads name. */
  String shares() {
    return "%d writes, %d refused; served: %s".formatted(written, refused, shares);
  }

  @Override
  public void close() throws SQLException {
    run(writer, "DROP TABLE IF EXISTS " + LAST);
  }
}
