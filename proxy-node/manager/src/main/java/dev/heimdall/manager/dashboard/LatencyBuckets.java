package dev.heimdall.manager.dashboard;

import java.util.Arrays;

/**
 * Histogram of the times that clients waited for answers, in microseconds. Buckets are those of
 * nodes' histograms: exact below 16, sixteen to a doubling above, so that a percentile is at most
 * 6.25 % too high.
 */
public final class LatencyBuckets {
  private static final int LINEAR = 16;
  private static final int LINEAR_BITS = 4;
  private static final int BUCKETS = 464;

  /** Value that longer times count as. */
  public static final long LARGEST = (1L << 32) - 1;

  private final double[] counts = new double[BUCKETS];
  private double total;

  /** Adds a share of those that a node counted. */
  void add(Bucket[] buckets, double share) {
    for (Bucket bucket : buckets) {
      counts[bucket.number()] += bucket.count() * share;
      total += bucket.count() * share;
    }
  }

  void add(LatencyBuckets other) {
    for (int i = 0; i < BUCKETS; i++) {
      counts[i] += other.counts[i];
    }
    total += other.total;
  }

  void clear() {
    Arrays.fill(counts, 0);
    total = 0;
  }

  /**
   * The milliseconds that this share of the queries did not exceed; NaN where there were none.
   *
   * @param percent above 0, at most 100
   */
  double percentile(double percent) {
    if (total <= 0) {
      return Double.NaN;
    }
    // Shares of whole numbers add up to a little less or more.
    double rank = percent / 100 * total * (1 - 1e-9);
    double seen = 0;
    int last = 0;
    for (int i = 0; i < BUCKETS; i++) {
      if (counts[i] > 0) {
        last = i;
        seen += counts[i];
        if (seen >= rank) {
          break;
        }
      }
    }
    return highest(last) / 1e3;
  }

  /** Queries of about the same time. */
  record Bucket(int number, long count) {
    /**
     * The bucket of so many micros.
     *
     * @param micros anything: what no histogram has counts as its end
     */
    static Bucket of(long micros, long count) {
      return new Bucket(numberOf(Math.min(Math.max(micros, 0), LARGEST)), count);
    }
  }

  /**
   * The number of the bucket of a time.
   *
   * @param micros 0 to {@link #LARGEST}
   */
  public static int numberOf(long micros) {
    if (micros < LINEAR) {
      return (int) micros;
    }
    int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros) - LINEAR_BITS;
    return (shift + 1) * LINEAR + (int) (micros >>> shift) - LINEAR;
  }

  /** The longest time of a bucket, in microseconds. */
  public static long highest(int bucket) {
    if (bucket < LINEAR) {
      return bucket;
    }
    int shift = bucket / LINEAR - 1;
    return ((long) (LINEAR + bucket % LINEAR + 1) << shift) - 1;
  }
}
