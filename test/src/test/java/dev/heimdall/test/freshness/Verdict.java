package dev.heimdall.test.freshness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a judge found. */
final class Verdict {
  private final List<String> violations = new ArrayList<>();
  private final List<String> lost = new ArrayList<>();
  private long[] missed = new long[16];
  private int misses;

  long reads;
  long writes;

  /** Writes of which nobody was told whether they took effect. */
  long unknown;

  /** Reads that found less than an earlier one of the same session; not long ago that may be. */
  long backwards;

  void violated(String what) {
    violations.add(what);
  }

  void lost(Operation write) {
    lost.add(write.toString());
  }

  /** A read did not see what somebody had been told so many nanoseconds before it began. */
  void missed(long nanos) {
    if (misses == missed.length) {
      missed = Arrays.copyOf(missed, misses * 2);
    }
    missed[misses++] = nanos;
  }

  List<String> violations() {
    return violations;
  }

  List<String> lost() {
    return lost;
  }

  /**
   * How long ago that was acknowledged which a read did not see: with the consistency {@code fleet}
   * this is what the propagation delay looks like. Milliseconds; 0 if no read missed anything.
   */
  double missedMillis(double share) {
    if (misses == 0) {
      return 0;
    }
    long[] sorted = Arrays.copyOf(missed, misses);
    Arrays.sort(sorted);
    return sorted[Math.max(0, (int) Math.ceil(misses * share) - 1)] / 1e6;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d reads, %d writes (%d of unknown outcome);"
            + " %d violations, %d acknowledged writes lost; %d reads did not see the latest, of which"
            + " clients had been told %.1f ms (median), %.1f ms (p99), %.1f ms (at most) before;"
            + " %d went back",
        reads,
        writes,
        unknown,
        violations.size(),
        lost.size(),
        misses,
        missedMillis(0.5),
        missedMillis(0.99),
        missedMillis(1),
        backwards);
  }
}
