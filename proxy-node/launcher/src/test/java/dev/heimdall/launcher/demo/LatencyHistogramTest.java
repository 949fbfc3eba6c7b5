package dev.heimdall.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyHistogramTest {
  private final LatencyHistogram histogram = new LatencyHistogram();

  @Test
  void nothingRecordedHasPercentilesOfZero() {
    assertThat(histogram.drain().percentile(99)).isZero();
    assertThat(histogram.drain().count()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 15, 16, 17, 31, 32, 1_000, 123_456_789, Long.MAX_VALUE / 2})
  void aValueIsKeptToOneSixteenth(long value) {
    histogram.record(value);

    long kept = histogram.drain().percentile(50);
    assertThat(kept).isBetween(value, value + value / 16);
  }

  @Test
  void percentilesSplitTheValues() {
    for (int i = 1; i <= 1000; i++) {
      histogram.record(i * 1000L);
    }
    LatencyHistogram.Snapshot snapshot = histogram.drain();

    assertThat(snapshot.count()).isEqualTo(1000);
    assertThat(snapshot.percentile(50)).isBetween(500_000L, 532_000L);
    assertThat(snapshot.percentile(99)).isBetween(990_000L, 1_052_000L);
  }

  @Test
  void drainingTakesOutAndSnapshotsAddUp() {
    histogram.record(5);
    LatencyHistogram.Snapshot first = histogram.drain();
    histogram.record(7);
    histogram.record(9);
    LatencyHistogram.Snapshot second = histogram.drain();

    assertThat(first.count()).isEqualTo(1);
    assertThat(second.count()).isEqualTo(2);
    assertThat(first.plus(second).count()).isEqualTo(3);
    assertThat(first.plus(second).percentile(100)).isEqualTo(9);
  }
}
