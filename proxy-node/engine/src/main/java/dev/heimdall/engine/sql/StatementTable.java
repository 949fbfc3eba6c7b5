package dev.heimdall.engine.sql;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A bounded table from names of 128 bits ({@link Fingerprinter}) to what is known of a statement.
 * When a place is needed, the value goes that was not asked for since the last time round. One for
 * each event loop: not thread safe. Looking up allocates nothing.
 *
 * <p>The names must be evenly spread, as keyed hashes are: a value may lie in one of eight places
 * that its name chooses, so that a value can be dropped a little before the table is full.
 *
 * <p>Besides their number, what they weigh together is bounded: those go first that were not asked
 * for since the last time round the whole table.
 */
public final class StatementTable<V> {
  private static final int WAYS = 8;
  private static final int MAX_CAPACITY = 1 << 24;

  private final long[] names;
  private final Object[] values;
  private final boolean[] used;
  private final byte[] hands;
  private final int[] weights;
  private final int groups;
  private final long mostWeight;
  private final Consumer<V> dropped;
  private int size;
  private long weight;
  private long evictions;
  private int sweep;

  /**
   * A table with room for {@code capacity} values, from 8 to 2^24, rounded up to a power of two.
   *
   * @throws IllegalArgumentException if the capacity is out of range
   */
  public StatementTable(int capacity) {
    this(capacity, Long.MAX_VALUE, value -> {});
  }

  /**
   * Creates a table for values that may weigh so much together.
   *
   * @param dropped is given each value that has to go
   */
  public StatementTable(int capacity, long mostWeight, Consumer<V> dropped) {
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
    weights = new int[places];
    this.mostWeight = mostWeight;
    this.dropped = dropped;
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

  /** Gives a name a value, in place of the one that it had or of one that is unused. */
  public void put(long high, long low, V value) {
    put(high, low, value, 0);
  }

  /** Gives a name a value with its weight; a value that weighs more than all may is not kept. */
  public void put(long high, long low, V value, int weighs) {
    Objects.requireNonNull(value, "value");
    int place = find(high, low);
    if (place >= 0) {
      weight -= weights[place];
    } else {
      place = place(low);
      names[place << 1] = high;
      names[(place << 1) + 1] = low;
      // Must be asked for once before it is spared: statements that never come again go first.
      used[place] = false;
    }
    values[place] = value;
    weighs(place, weighs);
  }

  /** A value weighs something else now, if it is still the one that the table has by this name. */
  public void reweigh(long high, long low, V value, int weighs) {
    int place = find(high, low);
    if (place >= 0 && values[place] == value) {
      weight -= weights[place];
      weighs(place, weighs);
    }
  }

  private void weighs(int place, int weighs) {
    weights[place] = weighs;
    weight += weighs;
    while (weight > mostWeight && size > 1) {
      int next = sweep;
      sweep = (sweep + 1) % values.length;
      if (next == place || values[next] == null) {
        continue;
      }
      if (used[next]) {
        used[next] = false;
      } else {
        evict(next);
      }
    }
    if (weight > mostWeight) {
      evict(place);
    }
  }

  private void evict(int place) {
    @SuppressWarnings("unchecked") // only put() stores
    V value = (V) values[place];
    values[place] = null;
    used[place] = false;
    weight -= weights[place];
    weights[place] = 0;
    size--;
    evictions++;
    dropped.accept(value);
  }

  /** Forgets everything. */
  public void clear() {
    Arrays.fill(values, null);
    Arrays.fill(used, false);
    Arrays.fill(weights, 0);
    size = 0;
    weight = 0;
  }

  /** Weight of all values. */
  public long weight() {
    return weight;
  }

  /** Number of values that had to go, for want of a slot or because of their weight. */
  public long evictions() {
    return evictions;
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
    size++;
    for (int place = first; place < first + WAYS; place++) {
      if (values[place] == null) {
        return place;
      }
    }
    int hand = hands[group];
    while (used[first + hand]) {
      used[first + hand] = false;
      hand = (hand + 1) & (WAYS - 1);
    }
    hands[group] = (byte) ((hand + 1) & (WAYS - 1));
    evict(first + hand);
    return first + hand;
  }
}
