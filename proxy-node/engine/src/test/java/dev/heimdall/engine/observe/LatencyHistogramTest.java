package dev.heimdall.engine.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
  private final LatencyHistogram histogram = new LatencyHistogram();

  @Test
  void everyValueFallsIntoTheBucketWhoseLimitsHoldIt() {
    for (long value = 0; value <= LatencyHistogram.LARGEST; value += 1 + value / 97) {
      int bucket = LatencyHistogram.bucketOf(value);
      assertThat(value).isLessThanOrEqualTo(LatencyHistogram.highest(bucket));
      if (bucket > 0) {
        assertThat(value).isGreaterThan(LatencyHistogram.highest(bucket - 1));
      }
    }
    assertThat(LatencyHistogram.bucketOf(LatencyHistogram.LARGEST))
        .isEqualTo(LatencyHistogram.BUCKETS - 1);
    assertThat(LatencyHistogram.highest(LatencyHistogram.BUCKETS - 1))
        .isEqualTo(LatencyHistogram.LARGEST);
  }

  @Test
  void percentilesAreAtMostASixteenthAboveTheExactOnes() {
    Random random = new Random(7);
    long[] values = new long[20_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) Math.exp(random.nextDouble() * 16);
      histogram.record(values[i]);
    }
    Arrays.sort(values);
    LatencySnapshot snapshot = histogram.snapshot();
    for (double percent : new double[] {0.01, 1, 50, 90, 95, 99, 99.9, 100}) {
      long exact = values[(int) Math.ceil(percent / 100 * values.length) - 1];
      assertThat(snapshot.percentile(percent)).isBetween(exact, exact + exact / 16 + 1);
    }
    assertThat(snapshot.count()).isEqualTo(values.length);
    assertThat(snapshot.sum()).isEqualTo(Arrays.stream(values).sum());
    assertThat(snapshot.mean()).isEqualTo(Arrays.stream(values).sum() / values.length);
  }

  @Test
  void countsBelowAPowerOfTwoAreExact() {
    for (long value = 1; value <= 5000; value++) {
      histogram.record(value);
    }
    LatencySnapshot snapshot = histogram.snapshot();
    assertThat(snapshot.countBelow(64)).isEqualTo(63);
    assertThat(snapshot.countBelow(1024)).isEqualTo(1023);
    assertThat(snapshot.countBelow(4096)).isEqualTo(4095);
    assertThat(snapshot.countBelow(8192)).isEqualTo(5000);
  }

  @Test
  void valuesOutsideTheRangeCountAtItsEnds() {
    histogram.record(-5);
    histogram.record(Long.MAX_VALUE);
    LatencySnapshot snapshot = histogram.snapshot();
    assertThat(snapshot.percentile(50)).isZero();
    assertThat(snapshot.percentile(100)).isEqualTo(LatencyHistogram.LARGEST);
  }

  @Test
  void snapshotsAddUpAndSubtract() {
    histogram.record(10);
    LatencySnapshot early = histogram.snapshot();
    histogram.record(1000);
    LatencySnapshot late = histogram.snapshot();
    assertThat(late.since(early).count()).isEqualTo(1);
    assertThat(late.since(early).sum()).isEqualTo(1000);
    assertThat(late.plus(early).count()).isEqualTo(3);
    assertThat(early.count()).as("a snapshot does not change").isEqualTo(1);
  }

  @Test
  void anEmptySnapshotHasZeroPercentilesAndRefusesShares() {
    assertThat(LatencySnapshot.none().percentile(99)).isZero();
    assertThat(LatencySnapshot.none().mean()).isZero();
    for (double percent : new double[] {0, -1, 100.1, Double.NaN}) {
      assertThatThrownBy(() -> LatencySnapshot.none().percentile(percent))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
