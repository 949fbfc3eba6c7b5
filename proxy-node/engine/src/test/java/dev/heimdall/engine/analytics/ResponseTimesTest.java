package dev.heimdall.engine.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ResponseTimesTest {
  @Test
  void aBucketsLargestValueIsAtMostAQuarterTooHigh() {
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      long micros = 64 + (random.nextLong() >>> (36 + random.nextInt(22)));
      long highest = ResponseTimes.highest(ResponseTimes.bucketOf(micros));
      assertThat(highest).as("%d", micros).isBetween(micros, micros + micros / 4);
    }
    assertThat(ResponseTimes.bucketOf(-1)).isZero();
    assertThat(ResponseTimes.highest(ResponseTimes.bucketOf(63))).isEqualTo(63);
    assertThat(ResponseTimes.bucketOf(Long.MAX_VALUE)).isEqualTo(ResponseTimes.BUCKETS - 1);
  }

  @Test
  void percentilesAreOfAllThatWereCounted() {
    long[] counts = new long[ResponseTimes.BUCKETS];
    counts[ResponseTimes.bucketOf(1_000)] = 98;
    ResponseTimes quick = new ResponseTimes(counts);
    long[] others = new long[ResponseTimes.BUCKETS];
    others[ResponseTimes.bucketOf(2_000_000)] = 2;
    ResponseTimes all = quick.plus(new ResponseTimes(others));
    assertThat(all.percentile(50)).isBetween(1_000L, 1_250L);
    assertThat(all.percentile(98)).isBetween(1_000L, 1_250L);
    assertThat(all.percentile(99)).isBetween(2_000_000L, 2_500_000L);
    assertThat(all.pairs()).containsExactly(1_023L, 98L, 2_097_151L, 2L);
    assertThat(ResponseTimes.none().percentile(99)).isZero();
  }
}
