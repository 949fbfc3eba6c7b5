package dev.heimdall.test.freshness;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** When clients were told of writes to one object, and the greatest value of which they were. */
final class Acknowledged {
  static final Acknowledged NOTHING = new Acknowledged();

  private long[] when = new long[4];
  private long[] greatest = new long[4];
  private int size;

  /** Adds what was told last. */
  void add(long at, long value) {
    if (size == when.length) {
      when = Arrays.copyOf(when, size * 2);
      greatest = Arrays.copyOf(greatest, size * 2);
    }
    when[size] = at;
    greatest[size] = size == 0 ? value : Math.max(value, greatest[size - 1]);
    size++;
  }

  /** The greatest value that somebody had been told of before a moment; 0 for none. */
  long before(long moment) {
    int index = firstOf(i -> when[i] >= moment);
    return index == 0 ? 0 : greatest[index - 1];
  }

  /** When somebody was first told of more than a value; {@link Long#MAX_VALUE} for never. */
  long firstAbove(long value) {
    int index = firstOf(i -> greatest[i] > value);
    return index == size ? Long.MAX_VALUE : when[index];
  }

  /** Both arrays only grow, so what holds for one entry holds for all after it. */
  private int firstOf(IntPredicate condition) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (condition.test(middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
