package dev.heimdall.engine.dialect.mysql.changes;

import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.LoggedRows;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.mysql.BinlogPosition;
import dev.heimdall.routing.bounded.BoundedMap;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts events of the log together to transactions. What is rolled back is left out, unless a part
 * of it may stay; what is prepared waits for the XA COMMIT. Of what it cannot hold, or has not seen
 * from the beginning, it says that anything may be written. Not thread-safe.
 */
final class TransactionReader {
  /** More tables or statements of one transaction count as all tables. */
  static final int MOST = 1000;

  /** As do more characters of its statements. */
  private static final int LONGEST = 1 << 16;

  /** Of more that are prepared the first are forgotten. */
  private static final int MOST_PREPARED = 200;

  /** A row event that only ends a statement. */
  private static final long NO_TABLE = 0xffffff;

  /** Beginnings of texts that leave all definitions as they are, but for temporary tables. */
  private static final List<String> DEFINES_NOTHING =
      List.of(
          "INSERT ",
          "UPDATE ",
          "DELETE ",
          "REPLACE ",
          "DROP TEMPORARY ",
          "DROP /*!40005 TEMPORARY ");

  /** Rows of a table that are read, by one definition of it. */
  private record ReadRows(KeyColumns of, LoggedRows rows) {}

  private final class Gathered {
    final Map<TableName, Set<RowChange>> rows = new HashMap<>();
    final Map<TableName, ReadRows> known = new HashMap<>();
    final List<LoggedStatement> statements = new ArrayList<>();
    int characters;
    boolean anything;

    boolean empty() {
      return rows.isEmpty() && statements.isEmpty() && !anything;
    }

    void add(TableName table, RowChange change) {
      if (rows.size() < MOST) {
        rows.computeIfAbsent(table, name -> EnumSet.noneOf(RowChange.class)).add(change);
      } else {
        anything = true;
      }
    }

    /**
     * @param of the table as it is defined; null where that is not known
     * @param first whether no rows of it were written before
     * @return whether all of its rows are read
     */
    boolean readRows(TableMap map, KeyColumns of, RowImages.Event images, boolean first) {
      ReadRows read = known.get(map.table());
      boolean all = first ? rows.containsKey(map.table()) : read != null && read.of.equals(of);
      RowImages reader =
          all && of != null && images != null ? RowImages.of(map, of, layouts.wanted(of)) : null;
      if (reader == null) {
        return false;
      }
      if (first) {
        read = new ReadRows(of, new LoggedRows(of));
        known.put(map.table(), read);
      }
      return reader.read(images, read.rows);
    }

    Map<TableName, LoggedTransaction.KnownRows> known() {
      Map<TableName, LoggedTransaction.KnownRows> all = new HashMap<>();
      known.forEach(
          (table, read) -> {
            RowKeys keys = read.rows.keys();
            if (keys != null) {
              all.put(table, new LoggedTransaction.KnownRows(read.of, keys));
            }
          });
      return all;
    }

    void add(LoggedStatement statement) {
      characters += statement.text() == null ? 0 : statement.text().length();
      if (statements.size() < MOST && characters <= LONGEST) {
        statements.add(statement);
      } else {
        anything = true;
      }
    }

    void add(Gathered other) {
      known.keySet().removeAll(other.rows.keySet());
      other.known.forEach(
          (table, read) -> {
            if (!rows.containsKey(table)) {
              known.put(table, read);
            }
          });
      other.rows.forEach((table, how) -> how.forEach(change -> add(table, change)));
      other.statements.forEach(this::add);
      anything |= other.anything;
    }
  }

  private final Map<String, Gathered> prepared = BoundedMap.ofNewest(MOST_PREPARED);

  private final TableLayouts layouts;
  private final Map<Long, TableMap> tables = new HashMap<>();

  /** Texts that the log had so far that may have defined something. */
  private long texts;

  private Gathered gathered = new Gathered();
  private Position gtid = Position.NONE;
  private boolean open;

  /** Place where the transaction begins; null where that is not known. */
  private BinlogPosition begun;

  TransactionReader(TableLayouts layouts) {
    this.layouts = layouts;
  }

  /**
   * A transaction begins. What came before without an end is unheard of, and counts as committed.
   *
   * @param standalone whether it is one statement that nothing ends
   * @return what came before
   */
  Optional<LoggedTransaction> begin(Position its, boolean standalone, BinlogPosition here) {
    boolean left = !gathered.empty();
    gathered.anything |= left;
    Optional<LoggedTransaction> before = left ? end(here) : Optional.empty();
    reset();
    gtid = its;
    begun = here;
    open = !standalone;
    return before;
  }

  /** Sets the table that an event means by its table number. */
  void table(long number, TableMap table) {
    if (tables.size() >= MOST) {
      tables.clear(); // what is asked for afterwards counts as anything
    }
    tables.put(number, table);
  }

  /**
   * Rows are written.
   *
   * @param images of the rows; null where they cannot be read
   */
  void rows(long number, RowChange change, RowImages.Event images) {
    if (number == NO_TABLE) {
      return;
    }
    TableMap map = tables.get(number);
    if (map == null) {
      gathered.anything = true;
      return;
    }
    boolean first = !gathered.rows.containsKey(map.table());
    gathered.add(map.table(), change);
    KeyColumns of = begun == null ? null : layouts.of(map.table(), texts, begun);
    if (!gathered.readRows(map, of, images, first)) {
      gathered.known.remove(map.table());
    }
  }

  /** Notes an event that cannot be read here, and that may have written. */
  void unreadable() {
    texts++;
    gathered.anything = true;
  }

  /** A statement, or what controls a transaction. */
  Optional<LoggedTransaction> statement(LoggedStatement statement, BinlogPosition here) {
    String text = statement.text() == null ? "" : statement.text().strip();
    String start = text.substring(0, Math.min(text.length(), 24)).toUpperCase(Locale.ROOT);
    if (start.equals("BEGIN")) {
      open = true;
    } else if (start.equals("COMMIT") || start.equals("ROLLBACK")) {
      // What is rolled back is in the log where a part of it stays: in tables without transactions.
      return end(here);
    } else if (start.startsWith("XA START ") || start.startsWith("XA BEGIN ")) {
      open = true;
    } else if (start.startsWith("XA COMMIT ")) {
      Gathered its = prepared.remove(branch(text));
      if (its == null) {
        gathered.anything = true;
      } else {
        gathered.add(its);
      }
      return end(here);
    } else if (start.startsWith("XA ROLLBACK ")) {
      prepared.remove(branch(text));
      reset();
    } else if (!controlsItsOwn(start)) {
      texts += DEFINES_NOTHING.stream().anyMatch(start::startsWith) ? 0 : 1;
      gathered.add(statement);
      if (!open) {
        return end(here);
      }
    }
    return Optional.empty();
  }

  private static boolean controlsItsOwn(String start) {
    return start.startsWith("XA END ")
        || start.startsWith("SAVEPOINT ")
        || start.startsWith("ROLLBACK TO ")
        || start.startsWith("RELEASE SAVEPOINT ");
  }

  /** The branch that a text names, as {@link #prepare} has it. */
  private static String branch(String text) {
    String lower = text.toLowerCase(Locale.ROOT).replaceFirst("^xa\\s+\\w+\\s+", "");
    return lower.replaceFirst("\\s+one\\s+phase$", "").replaceAll("\\s+", "");
  }

  /**
   * The transaction is prepared.
   *
   * @param branch {@code x'…',x'…',1} in small letters
   */
  void prepare(String branch) {
    prepared.put(branch, gathered);
    reset();
  }

  /** The transaction is committed. */
  Optional<LoggedTransaction> end(BinlogPosition here) {
    Optional<LoggedTransaction> whole =
        gathered.empty()
            ? Optional.empty()
            : Optional.of(
                new LoggedTransaction(
                    gathered.rows,
                    gathered.known(),
                    gathered.statements,
                    gathered.anything,
                    texts,
                    gtid,
                    here));
    reset();
    return whole;
  }

  private void reset() {
    gathered = new Gathered();
    tables.clear();
    gtid = Position.NONE;
    begun = null;
    open = false;
  }
}
