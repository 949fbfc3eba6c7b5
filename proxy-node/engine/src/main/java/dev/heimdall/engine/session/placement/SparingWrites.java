package dev.heimdall.engine.session.placement;

import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.share.SparedTables;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.WrittenRows;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Cached results that rules want to keep for the tables that a session writes, until that is noted:
 * for a table that several statements write, the least that one of them wants.
 */
final class SparingWrites {
  private final Map<String, Long> nanos = new HashMap<>(0);

  /**
   * Maximum age in nanoseconds at which results of the tables that a statement writes stay in the
   * cache.
   */
  static long ofWritten(Decision decision) {
    return decision.flag(Decision.Flag.INVALIDATE).orElse(true)
        ? ofEvicted(decision)
        : SparedTables.ALL;
  }

  /** Maximum age in nanoseconds at which results of tables that a rule evicts stay in the cache. */
  static long ofEvicted(Decision decision) {
    return TimeUnit.MILLISECONDS.toNanos(decision.olderThanMillis().orElse(0));
  }

  /**
   * A statement is being sent that writes these.
   *
   * @param young nanoseconds; 0 where nothing is to stay
   * @param writtenBefore whether something that is not noted yet writes a table
   */
  void written(Collection<String> tables, long young, Predicate<String> writtenBefore) {
    for (String table : tables) {
      Long before = nanos.get(table);
      if (before == null && writtenBefore.test(table)) {
        before = 0L;
      }
      nanos.put(table, before == null ? young : Math.min(before, young));
    }
  }

  /** True if something of a table is to stay. */
  boolean spares(String table) {
    return nanos.getOrDefault(table, 0L) > 0;
  }

  boolean isEmpty() {
    return nanos.isEmpty();
  }

  /**
   * Results that stay of these tables.
   *
   * @param rows those that are written, where that is known
   */
  SparedTables of(Collection<String> tables, WrittenRows rows) {
    Map<String, RowKeys> known = rows.byTable();
    if (nanos.isEmpty()) {
      return known.isEmpty() ? SparedTables.NONE : new SparedTables(Map.of(), known);
    }
    Map<String, Long> of = new HashMap<>(nanos);
    of.keySet().retainAll(tables);
    of.values().removeIf(young -> young == 0);
    return of.isEmpty() && known.isEmpty() ? SparedTables.NONE : new SparedTables(of, known);
  }

  void clear() {
    if (!nanos.isEmpty()) {
      nanos.clear();
    }
  }
}
