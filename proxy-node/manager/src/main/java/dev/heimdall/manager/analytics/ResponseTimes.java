package dev.heimdall.manager.analytics;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.dashboard.LatencyBuckets;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Histogram of the times that clients waited for answers to statements, the queue for a server
 * connection included. Nodes report buckets of four for each doubling: a percentile is at most 25 %
 * too high. Immutable.
 */
final class ResponseTimes {
  static final ResponseTimes NONE = new ResponseTimes(new short[0], new long[0]);

  /** Without its entries. */
  private static final int BYTES = 72;

  private static final int ENTRY_BYTES = Short.BYTES + Long.BYTES;

  /** By {@link LatencyBuckets#numberOf}, in order; only those that have some. */
  private final short[] buckets;

  private final long[] counts;

  private ResponseTimes(short[] buckets, long[] counts) {
    this.buckets = buckets;
    this.counts = counts;
  }

  private static ResponseTimes of(SortedMap<Short, Long> counted) {
    counted.values().removeIf(count -> count <= 0);
    if (counted.isEmpty()) {
      return NONE;
    }
    short[] buckets = new short[counted.size()];
    long[] counts = new long[counted.size()];
    int at = 0;
    for (var one : counted.entrySet()) {
      buckets[at] = one.getKey();
      counts[at++] = one.getValue();
    }
    return new ResponseTimes(buckets, counts);
  }

  /**
   * @param pairs the longest time of a bucket in microseconds, how many were in it, and so on
   */
  static ResponseTimes of(JsonNode pairs) {
    SortedMap<Short, Long> counted = new TreeMap<>();
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      long micros = Math.min(Math.max(0, pairs.get(i).asLong()), LatencyBuckets.LARGEST);
      long count = Math.max(0, pairs.get(i + 1).asLong());
      counted.merge((short) LatencyBuckets.numberOf(micros), count, Long::sum);
    }
    return of(counted);
  }

  ResponseTimes plus(ResponseTimes other) {
    return with(other, 1);
  }

  ResponseTimes since(ResponseTimes before) {
    return with(before, -1);
  }

  private ResponseTimes with(ResponseTimes other, int sign) {
    SortedMap<Short, Long> counted = new TreeMap<>();
    for (int i = 0; i < buckets.length; i++) {
      counted.put(buckets[i], counts[i]);
    }
    for (int i = 0; i < other.buckets.length; i++) {
      counted.merge(other.buckets[i], sign * other.counts[i], Long::sum);
    }
    return of(counted);
  }

  /** Nodes of an older version report none. */
  boolean known() {
    return buckets.length > 0;
  }

  /** The microseconds that this share of them did not exceed; 0 where none are known. */
  long percentile(int percent) {
    double rank = Arrays.stream(counts).asDoubleStream().sum() * percent / 100;
    double seen = 0;
    for (int i = 0; i < buckets.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return LatencyBuckets.highest(buckets[i]);
      }
    }
    return 0;
  }

  /** About so many bytes. */
  long bytes() {
    return known() ? BYTES + (long) ENTRY_BYTES * buckets.length : 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ResponseTimes times
        && Arrays.equals(buckets, times.buckets)
        && Arrays.equals(counts, times.counts);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(buckets) + Arrays.hashCode(counts);
  }
}
