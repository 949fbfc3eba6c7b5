package dev.heimdall.engine.analytics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Histogram of the times that clients waited for the answers to statements of one pattern, in
 * microseconds: four buckets for each doubling from 64 µs to four minutes, so that a percentile is
 * at most 25 % too high. Of patterns there are thousands; what is counted of whole virtual
 * databases is finer. Immutable.
 */
public final class ResponseTimes {
  private static final int FIRST_BITS = 6;
  private static final int LAST_BITS = 28;
  private static final int PARTS = 4;
  private static final int PART_BITS = 2;

  /** The first one has all below 64 µs, the last one all above. */
  static final int BUCKETS = (LAST_BITS - FIRST_BITS) * PARTS + 1;

  static final ResponseTimes NONE = new ResponseTimes(new long[BUCKETS]);

  private final long[] counts;

  /**
   * @param counts by bucket
   */
  ResponseTimes(long[] counts) {
    this.counts = counts;
  }

  /** None. */
  public static ResponseTimes none() {
    return NONE;
  }

  static int bucketOf(long micros) {
    int bits = Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(micros, 1));
    if (bits < FIRST_BITS) {
      return 0;
    }
    int part = (int) (micros >>> (bits - PART_BITS)) - PARTS;
    return Math.min(BUCKETS - 1, (bits - FIRST_BITS) * PARTS + part + 1);
  }

  /** The largest value that falls into the bucket. */
  static long highest(int bucket) {
    if (bucket == 0) {
      return (1L << FIRST_BITS) - 1;
    }
    int doublings = (bucket - 1) / PARTS;
    int parts = PARTS + (bucket - 1) % PARTS + 1;
    return ((long) parts << (FIRST_BITS + doublings - PART_BITS)) - 1;
  }

  ResponseTimes plus(ResponseTimes other) {
    long[] sum = new long[BUCKETS];
    Arrays.setAll(sum, i -> counts[i] + other.counts[i]);
    return new ResponseTimes(sum);
  }

  /**
   * The value that the given share of them does not exceed; 0 where there are none.
   *
   * @param percent more than 0, at most 100
   */
  public long percentile(int percent) {
    long rank = Math.max(1, (Arrays.stream(counts).sum() * percent + 99) / 100);
    long seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return highest(i);
      }
    }
    return 0;
  }

  /** Of each bucket that has some: the largest value of it, how many it has. */
  public List<Long> pairs() {
    List<Long> pairs = new ArrayList<>();
    for (int i = 0; i < BUCKETS; i++) {
      if (counts[i] > 0) {
        pairs.add(highest(i));
        pairs.add(counts[i]);
      }
    }
    return pairs;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ResponseTimes times && Arrays.equals(counts, times.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return pairs().toString();
  }
}
