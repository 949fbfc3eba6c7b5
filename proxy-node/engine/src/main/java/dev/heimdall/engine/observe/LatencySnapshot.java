package dev.heimdall.engine.observe;

import java.util.ArrayList;
import java.util.List;

/** Content of a {@link LatencyHistogram} at one moment; values are microseconds. Immutable. */
public final class LatencySnapshot {
  private static final LatencySnapshot NONE =
      new LatencySnapshot(new long[LatencyHistogram.BUCKETS], 0);

  /** Those of one for each doubling. */
  public static final int FEWEST_GROUPS = LatencyHistogram.BUCKETS / LatencyHistogram.LINEAR;

  private final long[] counts;
  private final long count;
  private final long sum;

  LatencySnapshot(long[] counts, long sum) {
    this.counts = counts;
    this.sum = sum;
    long total = 0;
    for (long n : counts) {
      total += n;
    }
    this.count = total;
  }

  /** A snapshot without values. */
  public static LatencySnapshot none() {
    return NONE;
  }

  /** Number of recorded values. */
  public long count() {
    return count;
  }

  /** The sum of all values, in microseconds. */
  public long sum() {
    return sum;
  }

  /** The mean in microseconds, 0 without values. */
  public long mean() {
    return count == 0 ? 0 : sum / count;
  }

  /**
   * The value that the given share of all values does not exceed, at most 6.25 % too high; 0
   * without values.
   *
   * @param percent more than 0, at most 100
   */
  public long percentile(double percent) {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException(
          "A percentile lies above 0 and at most at 100, not at " + percent);
    }
    if (count == 0) {
      return 0;
    }
    long rank = Math.max(1, (long) Math.ceil(percent / 100 * count));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return LatencyHistogram.highest(i);
      }
    }
    return LatencyHistogram.LARGEST;
  }

  /** Number of values below the limit; exact where the limit is a power of two. */
  public long countBelow(long micros) {
    long below = 0;
    for (int i = 0; i < counts.length && LatencyHistogram.highest(i) < micros; i++) {
      below += counts[i];
    }
    return below;
  }

  /** Counts, bucket by bucket: the largest value of one, the number of values in it, and so on. */
  public List<Long> pairs() {
    List<Long> pairs = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        pairs.add(LatencyHistogram.highest(i));
        pairs.add(counts[i]);
      }
    }
    return pairs;
  }

  /**
   * Values of about the same size.
   *
   * @param micros what they are on average
   */
  public record Group(double micros, long count) {}

  /**
   * All values in no more groups than that, as fine as that allows: with {@link #FEWEST_GROUPS} for
   * each doubling one.
   */
  public List<Group> groups(int most) {
    if (most < FEWEST_GROUPS) {
      throw new IllegalArgumentException(
          "Durations need at least %d groups, not %d".formatted(FEWEST_GROUPS, most));
    }
    int width = 1;
    List<Group> groups = groupsOf(width);
    while (groups.size() > most) {
      width *= 2;
      groups = groupsOf(width);
    }
    return groups;
  }

  private List<Group> groupsOf(int buckets) {
    List<Group> groups = new ArrayList<>();
    for (int first = 0; first < counts.length; first += buckets) {
      long values = 0;
      double micros = 0;
      for (int i = first; i < first + buckets; i++) {
        long least = i == 0 ? 0 : LatencyHistogram.highest(i - 1) + 1;
        values += counts[i];
        micros += counts[i] * (least + LatencyHistogram.highest(i)) / 2.0;
      }
      if (values > 0) {
        groups.add(new Group(micros / values, values));
      }
    }
    return groups;
  }

  /** The values of both. */
  public LatencySnapshot plus(LatencySnapshot other) {
    long[] added = counts.clone();
    for (int i = 0; i < added.length; i++) {
      added[i] += other.counts[i];
    }
    return new LatencySnapshot(added, sum + other.sum);
  }

  /** The values recorded since an earlier snapshot of the same histograms. */
  public LatencySnapshot since(LatencySnapshot earlier) {
    long[] left = counts.clone();
    for (int i = 0; i < left.length; i++) {
      left[i] = Math.max(0, left[i] - earlier.counts[i]);
    }
    return new LatencySnapshot(left, Math.max(0, sum - earlier.sum));
  }
}
