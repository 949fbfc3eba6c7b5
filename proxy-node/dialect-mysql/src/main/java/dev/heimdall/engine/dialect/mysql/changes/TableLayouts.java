package dev.heimdall.engine.dialect.mysql.changes;

import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.wire.mysql.BinlogPosition;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Definitions by which rows of the log are read: an event has columns by their places, and their
 * names only with {@code binlog_row_metadata} FULL. Thread-safe.
 *
 * <p>A definition holds for an event if no other one can have been the table's then. It was read
 * when a transaction had come that wrote the table, so it has what was defined before that. No text
 * is in the log between that transaction and the event, so nothing was defined later and before the
 * event. And the event is behind where the log ended after the reading: had the reading met a
 * definition that came later, then that had waited for all writers of the table to commit, and
 * their events were there already.
 */
final class TableLayouts {
  private static final int MOST = 1_000;

  /**
   * A definition.
   *
   * @param texts that the log had before the transaction that led to it
   * @param behind where the log ended afterwards
   */
  private record Layout(KeyColumns columns, long texts, BinlogPosition behind) {}

  private final Function<String, Collection<String>> wanted;
  private final Map<TableName, Layout> layouts = new ConcurrentHashMap<>();

  /**
   * @param wanted columns of a table by which rows are of use
   */
  TableLayouts(Function<String, Collection<String>> wanted) {
    this.wanted = wanted;
  }

  /**
   * Definition of a table that holds for an event.
   *
   * @param texts that the log has had before
   * @param begun where the event's transaction begins
   * @return null where none is known for certain
   */
  KeyColumns of(TableName table, long texts, BinlogPosition begun) {
    Layout layout = layouts.get(table);
    boolean holds = layout != null && layout.texts == texts && begun.covers(layout.behind);
    return holds ? layout.columns : null;
  }

  /** Columns of a table by which rows are of use. */
  Collection<String> wanted(KeyColumns of) {
    return wanted.apply(of.table());
  }

  /** True if rows of a table are of use. */
  boolean wants(TableName table) {
    return !wanted.apply(table.spelled()).isEmpty();
  }

  /** True if one that is read now may hold for events of later. */
  boolean lacks(TableName table, KeyColumns of, long texts) {
    Layout known = layouts.get(table);
    return known == null || known.texts < texts || !known.columns.equals(of);
  }

  /**
   * A definition was read.
   *
   * @param texts that the log had before a transaction which had come by then
   * @param end where the log ended afterwards
   */
  void add(TableName table, KeyColumns of, long texts, BinlogPosition end) {
    if (layouts.size() >= MOST && !layouts.containsKey(table)) {
      layouts.clear();
    }
    layouts.put(table, new Layout(of, texts, end));
  }
}
