package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdaptiveConcurrencyTest {
  private static final int WINDOW = 32;

  private final AdaptiveConcurrency concurrency = new AdaptiveConcurrency();

  private void samples(int windows, long nanos, long alone) {
    for (int i = 0; i < windows * WINDOW; i++) {
      concurrency.sample(nanos, alone);
    }
  }

  @Test
  void beginsWithAllConnections() {
    assertThat(concurrency.within(2, 20)).isEqualTo(20);
  }

  @Test
  void becomesNarrowStepByStepWhereStatementsTakeMuchLongerThanAlone() {
    concurrency.within(2, 20);
    samples(1, 400, 100);
    assertThat(concurrency.within(2, 20)).isEqualTo(15);
    samples(20, 400, 100);
    assertThat(concurrency.within(2, 20)).isEqualTo(2);
  }

  @Test
  void becomesWiderWhereTheyTakeAboutAsLong() {
    concurrency.within(2, 20);
    samples(50, 400, 100);
    concurrency.within(2, 20);
    samples(3, 110, 100);
    assertThat(concurrency.within(2, 20)).isEqualTo(5);
  }

  @Test
  void staysAsItIsInBetween() {
    concurrency.within(2, 20);
    samples(10, 200, 100);
    assertThat(concurrency.within(2, 20)).isEqualTo(20);
  }

  @Test
  void oneStallIsNoCrowd() {
    concurrency.within(2, 20);
    concurrency.sample(1_000_000, 100);
    for (int i = 1; i < WINDOW; i++) {
      concurrency.sample(100, 100);
    }
    assertThat(concurrency.within(2, 20)).isEqualTo(20);
  }
}
