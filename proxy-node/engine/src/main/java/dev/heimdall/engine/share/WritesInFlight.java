package dev.heimdall.engine.share;

import dev.heimdall.engine.sql.RowKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tables that a statement which was sent may be committing. From the moment when the server has
 * committed it until it has said so, the server shows what is not noted yet; so that a reader does
 * not see what was before it a moment later, nothing that was read of these tables earlier is used
 * meanwhile. May be used from any thread.
 */
final class WritesInFlight {
  private final ConcurrentHashMap<String, Under> tables = new ConcurrentHashMap<>();
  private final AtomicInteger anything = new AtomicInteger();

  /**
   * Writes of one table. Never changed: another one takes its place.
   *
   * @param all those whose rows are unknown
   * @param rows of each other its rows
   */
  private record Under(int all, List<RowKeys> rows) {
    static Under with(Under before, RowKeys more) {
      int all = before == null ? 0 : before.all;
      if (more == null) {
        return new Under(all + 1, before == null ? List.of() : before.rows);
      }
      List<RowKeys> grown = new ArrayList<>(before == null ? List.of() : before.rows);
      grown.add(more);
      return new Under(all, grown);
    }

    /** Null for none. */
    Under without(RowKeys one) {
      if (one == null) {
        return all == 1 && rows.isEmpty() ? null : new Under(all - 1, rows);
      }
      List<RowKeys> rest = new ArrayList<>(rows);
      rest.remove(one);
      return all == 0 && rest.isEmpty() ? null : new Under(all, rest);
    }

    boolean mayTouch(RowKeys read) {
      if (all > 0 || read == null) {
        return true;
      }
      for (int i = 0; i < rows.size(); i++) {
        if (!read.misses(rows.get(i))) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * A statement is about to be sent that may commit what was written to these.
   *
   * @param rows by the table, those that are written of it, where that is known
   * @return to be run when it is over and noted; nothing happens when it is run again
   */
  Runnable begin(Collection<String> written, boolean others, Map<String, RowKeys> rows) {
    List<String> all = List.copyOf(written);
    Map<String, RowKeys> known = Map.copyOf(rows);
    all.forEach(table -> tables.compute(table, (t, under) -> Under.with(under, known.get(t))));
    if (others) {
      anything.incrementAndGet();
    }
    AtomicBoolean over = new AtomicBoolean();
    return () -> {
      if (over.compareAndSet(false, true)) {
        all.forEach(
            table -> tables.computeIfPresent(table, (t, under) -> under.without(known.get(t))));
        if (others) {
          anything.decrementAndGet();
        }
      }
    };
  }

  /**
   * True if any of these is being committed.
   *
   * @param rows those that are read, by the table; all of a table that is not there
   */
  boolean any(Collection<String> read, Map<String, RowKeys> rows) {
    if (anything.get() > 0) {
      return true;
    }
    if (tables.isEmpty()) {
      return false;
    }
    for (String table : read) {
      Under under = tables.get(table);
      if (under != null && under.mayTouch(rows.get(table))) {
        return true;
      }
    }
    return false;
  }
}
