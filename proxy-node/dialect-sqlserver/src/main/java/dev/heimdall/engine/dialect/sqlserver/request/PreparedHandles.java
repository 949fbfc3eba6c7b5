package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.server.CursorOptions;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.Weight;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Statements that one client has prepared, by the handles that it has for them: the node's own,
 * whichever its server connection is. The client's limit and that of all clients bound them.
 */
final class PreparedHandles {
  /**
   * @param declarations of the parameters; null for none
   * @param cursors if cursors have its rows; else null
   */
  record Prepared(String declarations, String statement, CursorOptions cursors) {}

  private record Held(Prepared prepared, PreparedStatement counted) {}

  private final StatementRegistry registry;
  private final Map<Integer, Held> prepared = new HashMap<>();
  private int last;
  private long weight;

  /**
   * @param registry of the statements of all clients of the event loop, which counts them
   */
  PreparedHandles(StatementRegistry registry) {
    this.registry = registry;
  }

  int size() {
    return prepared.size();
  }

  /** Null where the client has no such handle. */
  Prepared get(int handle) {
    Held held = prepared.get(handle);
    return held == null ? null : held.prepared();
  }

  int add(Prepared statement, StatementFacts facts, long epoch) {
    byte[] text = statement.statement().getBytes(StandardCharsets.UTF_8);
    PreparedStatement counted =
        registry.acquire(text, text.length, PreparedStatement.Origin.NAMED, facts, "", epoch);
    prepared.put(++last, new Held(statement, counted));
    weight += weigh(statement);
    return last;
  }

  void remove(int handle) {
    Held gone = prepared.remove(handle);
    if (gone != null) {
      weight -= weigh(gone.prepared());
      registry.release(gone.counted());
    }
  }

  void clear() {
    prepared.values().forEach(held -> registry.release(held.counted()));
    prepared.clear();
    weight = 0;
  }

  /** About how many bytes they take. */
  long weight() {
    return weight;
  }

  private static long weigh(Prepared statement) {
    return 100
        + Weight.of(statement.statement())
        + (statement.declarations() == null ? 0 : Weight.of(statement.declarations()));
  }
}
