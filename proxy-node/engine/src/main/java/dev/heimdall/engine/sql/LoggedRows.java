package dev.heimdall.engine.sql;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Rows of one table that a transaction has written, as a server's log has them: before and after.
 * Of each column that all of them have, up to {@link RowKeys#MOST_VALUES} values are noted, by
 * their numbers. Used once.
 */
public final class LoggedRows {
  private final KeyColumns of;
  private final Map<String, Values> values = new HashMap<>(4);
  private int rows;

  /** Values of a column. */
  private static final class Values {
    int[] numbers = new int[4];
    int count;
    int rows;
  }

  public LoggedRows(KeyColumns of) {
    this.of = of;
  }

  /** Another row begins. */
  public void row() {
    rows++;
  }

  /** The row has this value in a column, spelled as the server does. */
  public void value(String column, byte[] text) {
    value(column, text, 0, text.length);
  }

  /** The row has this value in a column, a part of these bytes, spelled as the server does. */
  public void value(String column, byte[] text, int from, int to) {
    KeyColumn key = of.columns().get(column);
    add(column, key == null ? KeyType.NONE : key.number(text, from, to, Long.MAX_VALUE));
  }

  /** The row has this integer in a column. */
  public void value(String column, long integer) {
    KeyColumn key = of.columns().get(column);
    add(column, key == null ? KeyType.NONE : key.number(integer));
  }

  /** The row has NULL in a column: no value finds it. */
  public void none(String column) {
    counted(column);
  }

  /** The row is the one before after a write, and that has left the column as it is. */
  public void same(String column) {
    counted(column);
  }

  private void add(String column, long number) {
    if (number == KeyType.NONE) {
      return;
    }
    Values known = counted(column);
    if (known.rows < 0) {
      return;
    }
    for (int i = known.count - 1; i >= 0; i--) {
      if (known.numbers[i] == (int) number) {
        return;
      }
    }
    if (known.count == RowKeys.MOST_VALUES) {
      known.rows = -1; // too many: it is never the number of rows again
      return;
    }
    if (known.count == known.numbers.length) {
      known.numbers = Arrays.copyOf(known.numbers, 2 * known.count);
    }
    known.numbers[known.count++] = (int) number;
  }

  private Values counted(String column) {
    Values known = values.computeIfAbsent(column, name -> new Values());
    known.rows += known.rows == rows - 1 ? 1 : 0;
    return known;
  }

  /** Returns null where no column has a known value in all rows. */
  public RowKeys keys() {
    Map<String, int[]> all = new HashMap<>(4);
    values.forEach(
        (column, known) -> {
          if (known.rows == rows) {
            all.put(column, Arrays.copyOf(known.numbers, known.count));
          }
        });
    return RowKeys.of(of.table(), all);
  }
}
