package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WidthTest {
  private static final int WINDOW = 32;

  private final Width width = new Width();

  private void samples(int windows, long nanos, long alone) {
    for (int i = 0; i < windows * WINDOW; i++) {
      width.sample(nanos, alone);
    }
  }

  @Test
  void beginsWithAllConnections() {
    assertThat(width.within(2, 20)).isEqualTo(20);
  }

  @Test
  void becomesNarrowStepByStepWhereStatementsTakeMuchLongerThanAlone() {
    width.within(2, 20);
    samples(1, 400, 100);
    assertThat(width.within(2, 20)).isEqualTo(15);
    samples(20, 400, 100);
    assertThat(width.within(2, 20)).isEqualTo(2);
  }

  @Test
  void becomesWiderWhereTheyTakeAboutAsLong() {
    width.within(2, 20);
    samples(50, 400, 100);
    width.within(2, 20);
    samples(3, 110, 100);
    assertThat(width.within(2, 20)).isEqualTo(5);
  }

  @Test
  void staysAsItIsInBetween() {
    width.within(2, 20);
    samples(10, 200, 100);
    assertThat(width.within(2, 20)).isEqualTo(20);
  }

  @Test
  void oneStallIsNoCrowd() {
    width.within(2, 20);
    width.sample(1_000_000, 100);
    for (int i = 1; i < WINDOW; i++) {
      width.sample(100, 100);
    }
    assertThat(width.within(2, 20)).isEqualTo(20);
  }
}
