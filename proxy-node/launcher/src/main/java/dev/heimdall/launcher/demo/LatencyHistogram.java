package dev.heimdall.launcher.demo;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Durations counted in buckets that grow with the duration: a percentile is at most 1/16 above the
 * true one. Many threads record, one reads.
 */
final class LatencyHistogram {
  private static final int SUB_BITS = 4;
  private static final int SUB = 1 << SUB_BITS;
  private static final int BUCKETS = (Long.SIZE - SUB_BITS) * SUB;

  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

  void record(long nanos) {
    counts.incrementAndGet(bucket(Math.max(0, nanos)));
  }

  /** Takes everything out and returns it, without losing what is recorded meanwhile. */
  Snapshot drain() {
    long[] taken = new long[BUCKETS];
    for (int i = 0; i < BUCKETS; i++) {
      if (counts.get(i) != 0) {
        taken[i] = counts.getAndSet(i, 0);
      }
    }
    return new Snapshot(taken);
  }

  private static int bucket(long value) {
    if (value < SUB) {
      return (int) value;
    }
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
    int shift = exponent - SUB_BITS;
    return (shift + 1) * SUB + (int) (value >>> shift) - SUB;
  }

  /** The largest value that falls into a bucket. */
  private static long upperBound(int bucket) {
    if (bucket < SUB) {
      return bucket;
    }
    int shift = bucket / SUB - 1;
    return ((long) (bucket % SUB + SUB + 1) << shift) - 1;
  }

  /** Values that were recorded in a span of time. */
  static final class Snapshot {
    private final long[] counts;

    private Snapshot(long[] counts) {
      this.counts = counts;
    }

    static Snapshot empty() {
      return new Snapshot(new long[BUCKETS]);
    }

    Snapshot plus(Snapshot other) {
      long[] sum = counts.clone();
      for (int i = 0; i < BUCKETS; i++) {
        sum[i] += other.counts[i];
      }
      return new Snapshot(sum);
    }

    long count() {
      long sum = 0;
      for (long count : counts) {
        sum += count;
      }
      return sum;
    }

    /** In nanoseconds; 0 when nothing was recorded. */
    long percentile(double percent) {
      long wanted = (long) Math.ceil(count() * percent / 100);
      long seen = 0;
      for (int i = 0; i < BUCKETS; i++) {
        seen += counts[i];
        if (counts[i] > 0 && seen >= wanted) {
          return upperBound(i);
        }
      }
      return 0;
    }
  }
}
