package dev.heimdall.engine.sql;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Rows of a table that a statement can read, or write: all of them have in each of these columns
 * one of these values. Of what is written, before and after. Values are known by numbers; equal
 * ones have the same, and others seldom have.
 */
public final class RowKeys {
  /** Values of a column; with more nothing is known of it. */
  public static final int MOST_VALUES = 128;

  /** Columns of which this is said. */
  static final int MOST_COLUMNS = 4;

  /** Stand between columns, and before each of their values: no name has them. */
  private static final char NEXT = 2;

  private static final char VALUE = 3;

  private final String table;
  private final String[] columns;
  private final int[][] values;

  private RowKeys(String table, String[] columns, int[][] values) {
    this.table = table;
    this.columns = columns;
    this.values = values;
  }

  /**
   * Rows with these values.
   *
   * @param table in full, as {@link TableName#spelled}
   * @param values numbers of values by column; not empty ones
   * @return null where that says nothing
   */
  public static RowKeys of(String table, Map<String, int[]> values) {
    String[] columns = new String[Math.min(values.size(), MOST_COLUMNS)];
    int[][] numbers = new int[columns.length][];
    int n = 0;
    for (Map.Entry<String, int[]> entry : values.entrySet()) {
      int[] distinct = distinct(entry.getValue());
      if (distinct.length == 0 || distinct.length > MOST_VALUES || n == MOST_COLUMNS) {
        continue;
      }
      int at = n++;
      for (; at > 0 && columns[at - 1].compareTo(entry.getKey()) > 0; at--) {
        columns[at] = columns[at - 1];
        numbers[at] = numbers[at - 1];
      }
      columns[at] = entry.getKey();
      numbers[at] = distinct;
    }
    return n == 0 ? null : new RowKeys(table, Arrays.copyOf(columns, n), Arrays.copyOf(numbers, n));
  }

  /** In ascending order, each once. */
  private static int[] distinct(int[] numbers) {
    int[] sorted = numbers.clone();
    Arrays.sort(sorted);
    int n = 0;
    for (int number : sorted) {
      if (n == 0 || sorted[n - 1] != number) {
        sorted[n++] = number;
      }
    }
    return n == sorted.length ? sorted : Arrays.copyOf(sorted, n);
  }

  public String table() {
    return table;
  }

  /** The columns, in the order of their names. */
  public List<String> columns() {
    return List.of(columns);
  }

  /** Number of columns. */
  public int size() {
    return columns.length;
  }

  public String column(int which) {
    return columns[which];
  }

  /** Numbers of the values in a column, in ascending order; not to be changed. */
  public int[] values(int which) {
    return values[which];
  }

  /** True if no row can be among those of this and among those. */
  public boolean misses(RowKeys other) {
    for (int i = 0; i < columns.length; i++) {
      int there = Arrays.binarySearch(other.columns, columns[i]);
      if (there >= 0 && disjoint(values[i], other.values[there])) {
        return true;
      }
    }
    return false;
  }

  private static boolean disjoint(int[] some, int[] others) {
    int i = 0;
    int j = 0;
    while (i < some.length && j < others.length) {
      if (some[i] == others[j]) {
        return false;
      }
      if (some[i] < others[j]) {
        i++;
      } else {
        j++;
      }
    }
    return true;
  }

  /** The rows of this and of those, of the same table; null where nothing is known of all. */
  public RowKeys and(RowKeys other) {
    Map<String, int[]> both = new TreeMap<>();
    for (int i = 0; i < columns.length; i++) {
      int there = Arrays.binarySearch(other.columns, columns[i]);
      if (there >= 0) {
        int[] all = Arrays.copyOf(values[i], values[i].length + other.values[there].length);
        System.arraycopy(other.values[there], 0, all, values[i].length, other.values[there].length);
        both.put(columns[i], all);
      }
    }
    return of(table, both);
  }

  /** These columns and numbers for other nodes, which {@link #read} them. */
  public String spelled() {
    StringBuilder spelled = new StringBuilder();
    for (int i = 0; i < columns.length; i++) {
      spelled.append(i == 0 ? "" : String.valueOf(NEXT)).append(columns[i]);
      for (int value : values[i]) {
        spelled.append(VALUE).append(Integer.toHexString(value));
      }
    }
    return spelled.toString();
  }

  /** Returns what another node has {@link #spelled}; null where that cannot be read. */
  public static RowKeys read(String table, String spelled) {
    Map<String, int[]> values = new TreeMap<>();
    try {
      for (String column : spelled.split(String.valueOf(NEXT), -1)) {
        String[] parts = column.split(String.valueOf(VALUE), -1);
        int[] numbers = new int[parts.length - 1];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = Integer.parseUnsignedInt(parts[i + 1], 16);
        }
        values.put(parts[0], numbers);
      }
    } catch (NumberFormatException unreadable) {
      return null;
    }
    return of(table, values);
  }

  /** About how many bytes it takes in memory. */
  public int weight() {
    int sum = 64;
    for (int[] some : values) {
      sum += 32 + 4 * some.length;
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowKeys that
        && table.equals(that.table)
        && Arrays.equals(columns, that.columns)
        && Arrays.deepEquals(values, that.values);
  }

  @Override
  public int hashCode() {
    return 31 * table.hashCode() + Arrays.deepHashCode(values);
  }

  /** Values are secrets. */
  @Override
  public String toString() {
    return table + " by " + String.join(", ", columns);
  }
}
