package dev.heimdall.engine.share;

import dev.heimdall.engine.sql.RowKeys;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Numbers of the last writes of a table's rows, by groups of values of a few columns. Written by
 * one thread at a time, read by any.
 */
final class KeyGroups {
  /** A power of two: values that share a group outdate each other's results. */
  static final int GROUPS = 4_096;

  static final int MOST_COLUMNS = 4;

  /** Never changed: another one takes its place. */
  private volatile Map<String, Column> columns = Map.of();

  /** Number of the last write of which no column tells which rows it was. */
  private volatile long all;

  private static final class Column {
    final AtomicLongArray last = new AtomicLongArray(GROUPS);

    /** Number of the last write of which this column does not tell which rows it was. */
    volatile long unconstrained;

    Column(long unconstrained) {
      this.unconstrained = unconstrained;
    }
  }

  /**
   * @param all number of the last write before
   */
  KeyGroups(long all) {
    this.all = all;
  }

  /** Number of columns. */
  int size() {
    return columns.size();
  }

  /** A write has come whose rows are unknown. */
  void written(long number) {
    all = number;
  }

  /**
   * A write of these rows has come.
   *
   * @param before number of the last write before
   * @param mayGrow whether another column may be counted
   */
  void written(RowKeys rows, long number, long before, boolean mayGrow) {
    Map<String, Column> grown = null;
    for (int i = 0; i < rows.size(); i++) {
      Column column = columns.get(rows.column(i));
      if (column == null && mayGrow && columns.size() < MOST_COLUMNS) {
        grown = grown == null ? new HashMap<>(columns) : grown;
        if (grown.size() < MOST_COLUMNS) {
          column = new Column(before);
          grown.put(rows.column(i), column);
        }
      }
      if (column != null) {
        for (int value : rows.values(i)) {
          column.last.set(value & GROUPS - 1, number);
        }
      }
    }
    List<String> constrained = rows.columns();
    columns.forEach(
        (name, column) -> {
          if (!constrained.contains(name)) {
            column.unconstrained = number;
          }
        });
    if (grown != null) {
      columns = Map.copyOf(grown);
    }
  }

  /** True if one of these rows may have been written since so many writes were noted. */
  boolean outdated(RowKeys rows, long count) {
    if (all > count) {
      return true;
    }
    Map<String, Column> counted = columns;
    for (int i = 0; i < rows.size(); i++) {
      Column column = counted.get(rows.column(i));
      if (column != null && column.unconstrained <= count && unwritten(column, rows, i, count)) {
        return false;
      }
    }
    return true;
  }

  private static boolean unwritten(Column column, RowKeys rows, int which, long count) {
    for (int value : rows.values(which)) {
      if (column.last.get(value & GROUPS - 1) > count) {
        return false;
      }
    }
    return true;
  }
}
