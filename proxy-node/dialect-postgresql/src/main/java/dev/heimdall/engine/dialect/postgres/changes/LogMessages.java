package dev.heimdall.engine.dialect.postgres.changes;

import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.LoggedRows;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.TableName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads the messages of {@code pgoutput}, version 1, as far as they say which tables a transaction
 * has written, and which rows by the columns of their replica identity: an UPDATE that has no old
 * row has left those as they are. Of values nothing is kept but a number.
 */
final class LogMessages {
  private static final int IDENTITY = 1;

  /** Columns of a relation's identity that are remembered. */
  private static final int MOST_COLUMNS = 8;

  private final String database;
  private final Function<TableName, KeyColumns> keys;
  private final int mostTables;
  private final int mostRelations;
  private final Map<Integer, Relation> relations = new HashMap<>();

  private boolean open;
  private int number;
  private Set<String> tables = new HashSet<>();
  private Map<String, LoggedRows> rows = new HashMap<>();

  /** Tables of which rows were written that are not known. */
  private Set<String> blind = new HashSet<>();

  private boolean others;

  /**
   * A column.
   *
   * @param index among those of its table, from 0
   */
  private record Column(int index, String name) {}

  /**
   * A table.
   *
   * @param table in full, as the catalogue spells it
   * @param identity columns of its replica identity, in their order
   */
  private record Relation(TableName name, String table, List<Column> identity) {}

  /**
   * A transaction that has committed.
   *
   * @param number of the transaction, without its epoch
   * @param tables in full, as the catalogue spells them
   * @param others whether it wrote tables that are not among these
   * @param rows those that it wrote, by the table, where that is known
   * @param end where its commit ends in the log
   */
  record Commit(
      int number, Set<String> tables, boolean others, Map<String, RowKeys> rows, long end) {}

  /**
   * @param keys by what a table's rows can be told apart; null where they cannot
   */
  LogMessages(String database, Function<TableName, KeyColumns> keys) {
    this(database, keys, 10_000, 100_000);
  }

  /**
   * @param mostTables of one transaction; others are not named
   * @param mostRelations that are remembered; others are not named
   */
  LogMessages(
      String database, Function<TableName, KeyColumns> keys, int mostTables, int mostRelations) {
    this.database = database;
    this.keys = keys;
    this.mostTables = mostTables;
    this.mostRelations = mostRelations;
  }

  /** Takes one message; what it brought to its end, if it did. */
  Optional<Commit> take(ByteBuffer message) throws IOException {
    char type = (char) message.get();
    switch (type) {
      case 'B' -> {
        message.position(message.position() + 2 * Long.BYTES);
        number = message.getInt();
        open = true;
      }
      case 'C' -> {
        message.position(message.position() + 1 + Long.BYTES);
        return Optional.of(committed(message.getLong()));
      }
      case 'R' -> relation(message);
      case 'I', 'U', 'D' -> row(message);
      case 'T' -> {
        int count = message.getInt();
        message.get();
        for (int i = 0; i < count; i++) {
          Relation emptied = written(message.getInt());
          if (emptied != null) {
            blind.add(emptied.table);
          }
        }
      }
      case 'O', 'Y', 'M' -> {
        // Where it came from, a type, a user-defined message.
      }
      default -> throw new IOException("the server's log has a message of unknown type " + type);
    }
    return Optional.empty();
  }

  private Commit committed(long end) throws IOException {
    if (!open) {
      throw new IOException("the server's log has a commit without its beginning");
    }
    Map<String, RowKeys> known = new HashMap<>();
    rows.forEach(
        (table, logged) -> {
          RowKeys all = blind.contains(table) ? null : logged.keys();
          if (all != null) {
            known.put(table, all);
          }
        });
    Commit commit = new Commit(number, Set.copyOf(tables), others, Map.copyOf(known), end);
    open = false;
    tables = new HashSet<>();
    rows = new HashMap<>();
    blind = new HashSet<>();
    others = false;
    return commit;
  }

  private void relation(ByteBuffer message) {
    int id = message.getInt();
    String schema = text(message);
    String name = text(message);
    if (relations.size() >= mostRelations && !relations.containsKey(id)) {
      return;
    }
    message.get(); // which replica identity: the columns' flags say it
    int columns = message.getShort();
    List<Column> identity = new ArrayList<>(2);
    for (int i = 0; i < columns; i++) {
      boolean of = message.get() == IDENTITY;
      String column = text(message);
      message.position(message.position() + 2 * Integer.BYTES);
      if (of && identity.size() < MOST_COLUMNS) {
        identity.add(new Column(i, column));
      }
    }
    TableName full = new TableName(database, schema.isEmpty() ? "pg_catalog" : schema, name);
    relations.put(id, new Relation(full, full.spelled(), List.copyOf(identity)));
  }

  private static String text(ByteBuffer message) {
    int begin = message.position();
    while (message.get() != 0) {
      continue;
    }
    byte[] bytes = new byte[message.position() - begin - 1];
    message.get(begin, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Returns null where the table is not named. */
  private Relation written(int id) {
    Relation relation = relations.get(id);
    if (relation != null && (tables.size() < mostTables || tables.contains(relation.table))) {
      tables.add(relation.table);
      return relation;
    }
    others = true;
    return null;
  }

  /** One row is written: the message has it as it is now, as it was, or both. */
  private void row(ByteBuffer message) throws IOException {
    Relation relation = written(message.getInt());
    if (relation == null || blind.contains(relation.table)) {
      return;
    }
    LoggedRows known = rows.get(relation.table);
    if (known == null) {
      KeyColumns columns = relation.identity.isEmpty() ? null : keys.apply(relation.name);
      if (columns == null) {
        blind.add(relation.table);
        return;
      }
      known = new LoggedRows(columns);
      rows.put(relation.table, known);
    }
    while (message.hasRemaining()) {
      char which = (char) message.get();
      if (which != 'N' && which != 'K' && which != 'O') {
        throw new IOException("the server's log has a row of unknown kind " + which);
      }
      known.row();
      values(message, relation.identity, known);
    }
  }

  private static void values(ByteBuffer message, List<Column> identity, LoggedRows known)
      throws IOException {
    int count = message.getShort();
    int next = 0;
    for (int i = 0; i < count; i++) {
      Column column =
          next < identity.size() && identity.get(next).index == i ? identity.get(next++) : null;
      char kind = (char) message.get();
      switch (kind) {
        case 'n', 'u' -> {
          // NULL, or a large value that is as it was: the row has no known value there.
        }
        case 't' -> {
          int length = message.getInt();
          if (column == null) {
            message.position(message.position() + length);
          } else {
            byte[] value = new byte[length];
            message.get(value);
            known.value(column.name, value);
          }
        }
        default -> throw new IOException("the server's log has a value of unknown kind " + kind);
      }
    }
  }

  /** True if nothing is half read. */
  boolean between() {
    return !open;
  }
}
