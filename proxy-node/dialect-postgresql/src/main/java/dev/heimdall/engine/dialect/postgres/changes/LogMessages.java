package dev.heimdall.engine.dialect.postgres.changes;

import dev.heimdall.engine.sql.TableName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the messages of {@code pgoutput}, version 1, as far as they say which tables a transaction
 * has written. Rows are not looked into.
 */
final class LogMessages {
  private final String database;
  private final int mostTables;
  private final int mostRelations;
  private final Map<Integer, String> relations = new HashMap<>();

  private boolean open;
  private int number;
  private Set<String> tables = new HashSet<>();
  private boolean others;

  /**
   * A transaction that has committed.
   *
   * @param number of the transaction, without its epoch
   * @param tables in full, as the catalogue spells them
   * @param others whether it wrote tables that are not among these
   * @param end where its commit ends in the log
   */
  record Commit(int number, Set<String> tables, boolean others, long end) {}

  LogMessages(String database) {
    this(database, 10_000, 100_000);
  }

  /**
   * @param mostTables of one transaction; others are not named
   * @param mostRelations that are remembered; others are not named
   */
  LogMessages(String database, int mostTables, int mostRelations) {
    this.database = database;
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
      case 'I', 'U', 'D' -> written(message.getInt());
      case 'T' -> {
        int count = message.getInt();
        message.get();
        for (int i = 0; i < count; i++) {
          written(message.getInt());
        }
      }
      case 'O', 'Y', 'M' -> {
        // Where it came from, a type, a message of somebody's own.
      }
      default -> throw new IOException("the server's log has a message of unknown type " + type);
    }
    return Optional.empty();
  }

  private Commit committed(long end) throws IOException {
    if (!open) {
      throw new IOException("the server's log has a commit without its beginning");
    }
    Commit commit = new Commit(number, Set.copyOf(tables), others, end);
    open = false;
    tables = new HashSet<>();
    others = false;
    return commit;
  }

  private void relation(ByteBuffer message) {
    int id = message.getInt();
    String schema = text(message);
    String name = text(message);
    if (relations.size() < mostRelations || relations.containsKey(id)) {
      relations.put(
          id, new TableName(database, schema.isEmpty() ? "pg_catalog" : schema, name).spelled());
    }
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

  private void written(int relation) {
    String table = relations.get(relation);
    if (table != null && (tables.size() < mostTables || tables.contains(table))) {
      tables.add(table);
    } else {
      others = true;
    }
  }

  /** True if nothing is half read. */
  boolean between() {
    return !open;
  }
}
