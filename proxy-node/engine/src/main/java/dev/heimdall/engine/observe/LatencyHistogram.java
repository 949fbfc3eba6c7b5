package dev.heimdall.engine.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Durations in microseconds, counted in log-linear buckets: exact below 16 µs, 16 buckets for each
 * doubling above, so that a percentile is at most 6.25 % too high. Values above {@link #LARGEST}
 * count as that.
 *
 * <p>One thread records, any thread takes snapshots; neither locks, recording does not allocate. A
 * snapshot taken while values arrive may miss the newest of them, never more.
 */
public final class LatencyHistogram {
  /** About 71 minutes. */
  public static final long LARGEST = (1L << 32) - 1;

  static final int BUCKETS = 464;
  static final int LINEAR = 16;
  private static final int LINEAR_BITS = 4;
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] counts = new long[BUCKETS];
  private final long[] sum = new long[1];

  /** Counts one duration; a negative one (a clock that went back) counts as 0. */
  public void record(long micros) {
    long value = Math.min(Math.max(micros, 0), LARGEST);
    int bucket = bucketOf(value);
    LONGS.setOpaque(counts, bucket, counts[bucket] + 1);
    LONGS.setOpaque(sum, 0, sum[0] + value);
  }

  /** The counts so far. */
  public LatencySnapshot snapshot() {
    long[] copy = new long[BUCKETS];
    long total = (long) LONGS.getOpaque(sum, 0);
    for (int i = 0; i < BUCKETS; i++) {
      copy[i] = (long) LONGS.getOpaque(counts, i);
    }
    return new LatencySnapshot(copy, total);
  }

  static int bucketOf(long value) {
    if (value < LINEAR) {
      return (int) value;
    }
    int shift = 63 - Long.numberOfLeadingZeros(value) - LINEAR_BITS;
    return (shift + 1) * LINEAR + (int) (value >>> shift) - LINEAR;
  }

  /** The largest value that falls into the bucket. */
  static long highest(int bucket) {
    if (bucket < LINEAR) {
      return bucket;
    }
    int shift = bucket / LINEAR - 1;
    return ((long) (LINEAR + bucket % LINEAR + 1) << shift) - 1;
  }
}
