package dev.heimdall.engine.dialect.mysql.changes;

import dev.heimdall.engine.sql.RowChange;
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

  private static final class Gathered {
    final Map<TableName, Set<RowChange>> rows = new HashMap<>();
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

    void add(LoggedStatement statement) {
      characters += statement.text() == null ? 0 : statement.text().length();
      if (statements.size() < MOST && characters <= LONGEST) {
        statements.add(statement);
      } else {
        anything = true;
      }
    }

    void add(Gathered other) {
      other.rows.forEach((table, how) -> how.forEach(change -> add(table, change)));
      other.statements.forEach(this::add);
      anything |= other.anything;
    }
  }

  private final Map<String, Gathered> prepared = BoundedMap.ofNewest(MOST_PREPARED);

  private final Map<Long, TableName> tables = new HashMap<>();
  private Gathered gathered = new Gathered();
  private Position gtid = Position.NONE;
  private boolean open;

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
    open = !standalone;
    return before;
  }

  /** Sets the table that an event means by its table number. */
  void table(long number, TableName name) {
    if (tables.size() >= MOST) {
      tables.clear(); // what is asked for afterwards counts as anything
    }
    tables.put(number, name);
  }

  void rows(long number, RowChange change) {
    if (number == NO_TABLE) {
      return;
    }
    TableName name = tables.get(number);
    if (name == null) {
      gathered.anything = true;
    } else {
      gathered.add(name, change);
    }
  }

  /** Notes an event that cannot be read here, and that may have written. */
  void unreadable() {
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
                    gathered.rows, gathered.statements, gathered.anything, gtid, here));
    reset();
    return whole;
  }

  private void reset() {
    gathered = new Gathered();
    tables.clear();
    gtid = Position.NONE;
    open = false;
  }
}
