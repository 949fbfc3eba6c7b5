package dev.heimdall.engine.share;

import dev.heimdall.engine.sql.RowKeys;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Numbers of the last writes of a table's rows, by groups of values of a few columns. Where many
 * values are written, groups are divided, so that few values share one. Written by one thread at a
 * time, read by any.
 */
final class KeyGroups {
  /** A power of two: values that share a group outdate each other's results. 32 KiB. */
  static final int GROUPS = 4_096;

  /** Groups of a column where many values are written. */
  static final int MOST_GROUPS = 65_536;

  /** Groups are divided where so many times their weight is left, so that columns have room. */
  private static final int DIVISIBLE = 4;

  /** One in so many groups may have been written before there are more. */
  private static final int CROWDED = 8;

  static final int MOST_COLUMNS = 4;

  /** Never changed: another one takes its place. */
  private volatile Map<String, Column> columns = Map.of();

  /** Number of the last write of which no column tells which rows it was. */
  private volatile long all;

  private static final class Column {
    /** By groups. Another one takes its place where they are divided. */
    volatile AtomicLongArray last = new AtomicLongArray(GROUPS);

    /** Groups that were written since they were divided. Of the writing thread alone. */
    int written;

    /** Number of the last write before that. Of the writing thread alone. */
    long divided;

    /** Number of the last write of which this column does not tell which rows it was. */
    volatile long unconstrained;

    Column(long unconstrained) {
      this.unconstrained = unconstrained;
      divided = unconstrained;
    }

    void written(int value, long number) {
      AtomicLongArray groups = last;
      int group = value & groups.length() - 1;
      written += groups.get(group) <= divided ? 1 : 0;
      groups.set(group, number);
    }

    /** Twice as many groups: both halves of one were written when it was. */
    void divide(long number) {
      AtomicLongArray before = last;
      int size = before.length();
      AtomicLongArray after = new AtomicLongArray(2 * size);
      for (int i = 0; i < size; i++) {
        after.set(i, before.get(i));
        after.set(i + size, before.get(i));
      }
      last = after;
      written = 0;
      divided = number;
    }

    boolean isCrowded() {
      return last.length() < MOST_GROUPS && written > last.length() / CROWDED;
    }

    int weight() {
      return last.length() / GROUPS;
    }
  }

  /**
   * @param all number of the last write before
   */
  KeyGroups(long all) {
    this.all = all;
  }

  /** Memory of all columns, in pieces of 32 KiB. */
  int weight() {
    int sum = 0;
    for (Column column : columns.values()) {
      sum += column.weight();
    }
    return sum;
  }

  /** A write has come whose rows are unknown. */
  void written(long number) {
    all = number;
  }

  /**
   * A write of these rows has come.
   *
   * @param before number of the last write before
   * @param room for how much more {@link #weight} there is: another column takes one
   */
  void written(RowKeys rows, long number, long before, int room) {
    Map<String, Column> grown = null;
    int left = room;
    for (int i = 0; i < rows.size(); i++) {
      Column column = columns.get(rows.column(i));
      if (column == null && left > 0 && columns.size() < MOST_COLUMNS) {
        grown = grown == null ? new HashMap<>(columns) : grown;
        if (grown.size() < MOST_COLUMNS) {
          column = new Column(before);
          grown.put(rows.column(i), column);
          left--;
        }
      }
      if (column != null) {
        for (int value : rows.values(i)) {
          column.written(value, number);
        }
        if (column.isCrowded() && left / DIVISIBLE >= column.weight()) {
          left -= column.weight();
          column.divide(number);
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
    AtomicLongArray last = column.last;
    for (int value : rows.values(which)) {
      if (last.get(value & last.length() - 1) > count) {
        return false;
      }
    }
    return true;
  }
}
