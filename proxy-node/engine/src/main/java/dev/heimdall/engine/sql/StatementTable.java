package dev.heimdall.engine.sql;

import java.util.Arrays;
import java.util.Objects;

/**
 * A bounded table from names of 128 bits ({@link Fingerprinter}) to what is known of a statement.
 * When a place is needed, the value goes that was not asked for since the last time round. One for
 * each event loop: not thread safe. Looking up allocates nothing.
 *
 * <p>The names must be evenly spread, as keyed hashes are: a value may lie in one of eight places
 * that its name chooses, so that a value can be dropped a little before the table is full.
 */
public final class StatementTable<V> {
  private static final int WAYS = 8;
  private static final int MAX_CAPACITY = 1 << 24;

  private final long[] names;
  private final Object[] values;
  private final boolean[] used;
  private final byte[] hands;
  private final int groups;
  private int size;

  /**
   * A table with room for {@code capacity} values, from 8 to 2^24, rounded up to a power of two.
   *
   * @throws IllegalArgumentException if the capacity is out of range
   */
  public StatementTable(int capacity) {
    if (capacity < WAYS || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "a statement table has room for "
              + WAYS
              + " to "
              + MAX_CAPACITY
              + " values, not for "
              + capacity);
    }
    int places = Integer.highestOneBit(capacity - 1) << 1;
    groups = places / WAYS;
    names = new long[places * 2];
    values = new Object[places];
    used = new boolean[places];
    hands = new byte[groups];
  }

  /** The value of a name, or null. */
  @SuppressWarnings("unchecked") // only put() stores
  public V get(long high, long low) {
    int place = find(high, low);
    if (place < 0) {
      return null;
    }
    used[place] = true;
    return (V) values[place];
  }

  /** Gives a name a value, in place of the one that it had or of one that nobody asks for. */
  public void put(long high, long low, V value) {
    Objects.requireNonNull(value, "value");
    int place = find(high, low);
    if (place < 0) {
      place = place(low);
      names[place << 1] = high;
      names[(place << 1) + 1] = low;
      // Must be asked for once before it is spared: statements that never come again go first.
      used[place] = false;
    }
    values[place] = value;
  }

  /** Forgets everything. */
  public void clear() {
    Arrays.fill(values, null);
    Arrays.fill(used, false);
    size = 0;
  }

  public int size() {
    return size;
  }

  public int capacity() {
    return values.length;
  }

  private int find(long high, long low) {
    int first = group(low) * WAYS;
    for (int place = first; place < first + WAYS; place++) {
      if (names[place << 1] == high && names[(place << 1) + 1] == low && values[place] != null) {
        return place;
      }
    }
    return -1;
  }

  private int group(long low) {
    return (int) low & (groups - 1);
  }

  private int place(long low) {
    int group = group(low);
    int first = group * WAYS;
    for (int place = first; place < first + WAYS; place++) {
      if (values[place] == null) {
        size++;
        return place;
      }
    }
    int hand = hands[group];
    while (used[first + hand]) {
      used[first + hand] = false;
      hand = (hand + 1) & (WAYS - 1);
    }
    hands[group] = (byte) ((hand + 1) & (WAYS - 1));
    return first + hand;
  }
}
