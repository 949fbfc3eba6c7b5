package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.dialect.sqlserver.server.CursorOptions;
import dev.heimdall.engine.journal.TransactionReplay;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.Weight;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Statements that one client has prepared, by the handles that it has for them: the node's own,
 * whichever its server connection is. The client's limit and that of all clients bound them.
 */
final class PreparedHandles {
  /**
   * @param declarations of the parameters; null for none
   * @param cursors if cursors have its rows; else null
   * @param settings of the session when it was prepared
   */
  record Prepared(
      String declarations, String statement, CursorOptions cursors, Variables settings) {}

  private record Held(Prepared prepared, PreparedStatement counted) {}

  private final StatementRegistry registry;
  private final TransactionReplay notes;
  private final Map<Integer, Held> prepared = new HashMap<>();

  /** Those that were unprepared in a transaction that may have to be run again. */
  private final Map<Integer, Held> closed = new HashMap<>(0);

  /** The handles that were given in it, in their order; and how many of them again. */
  private final List<Integer> given = new ArrayList<>(0);

  private int again;
  private int last;
  private long weight;

  /**
   * @param registry of the statements of all clients of the event loop, which counts them
   */
  PreparedHandles(StatementRegistry registry, TransactionReplay notes) {
    this.registry = registry;
    this.notes = notes;
  }

  /** The transaction is run again: its statements get the same handles once more. */
  void rewind() {
    again = 0;
  }

  /** Forgets what only a transaction that is run again would need, where there is none any more. */
  void settle() {
    if (!(closed.isEmpty() && given.isEmpty()) && !notes.keeps()) {
      closed.values().forEach(this::release);
      closed.clear();
      given.clear();
      again = 0;
    }
  }

  private void release(Held gone) {
    weight -= weigh(gone.prepared());
    registry.release(gone.counted());
  }

  int size() {
    return prepared.size();
  }

  /** Null where the client has no such handle. */
  Prepared get(int handle) {
    Held held = prepared.get(handle);
    held = held == null && notes.active() ? closed.get(handle) : held;
    return held == null ? null : held.prepared();
  }

  int add(Prepared statement, StatementFacts facts, long epoch) {
    settle();
    if (again < given.size()) {
      return given.get(again++);
    }
    byte[] text = statement.statement().getBytes(StandardCharsets.UTF_8);
    PreparedStatement counted =
        registry.acquire(text, text.length, PreparedStatement.Origin.NAMED, facts, "", epoch);
    prepared.put(++last, new Held(statement, counted));
    weight += weigh(statement);
    if (notes.keeps()) {
      given.add(last);
      again = given.size();
    }
    return last;
  }

  void remove(int handle) {
    Held gone = prepared.remove(handle);
    if (gone != null && notes.keeps()) {
      closed.put(handle, gone);
    } else if (gone != null) {
      release(gone);
    }
  }

  void clear() {
    prepared.values().forEach(held -> registry.release(held.counted()));
    closed.values().forEach(held -> registry.release(held.counted()));
    prepared.clear();
    closed.clear();
    given.clear();
    again = 0;
    weight = 0;
  }

  /** About how many bytes they take. */
  long weight() {
    return weight;
  }

  private static long weigh(Prepared statement) {
    return 100
        + Weight.of(statement.statement())
        + statement.settings().weight()
        + (statement.declarations() == null ? 0 : Weight.of(statement.declarations()));
  }
}
