package dev.heimdall.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PatternWorthTest {
  private static final long QUICK = Duration.ofNanos(100_000).toNanos();

  private long now = Long.MAX_VALUE - Duration.ofSeconds(3).toNanos();
  private long served;
  private final PatternWorth worth = new PatternWorth(true, () -> served, () -> now);

  private void went(int results, int usesOfEach) {
    for (int i = 0; i < results; i++) {
      now++;
      worth.went(now, usesOfEach);
    }
  }

  @Test
  void statementsOfWhichTheRowsAreNeverKnownAreSeldomLookedAt() {
    for (int i = 0; i < 15; i++) {
      assertThat(worth.restsOnRows(false)).isFalse();
      assertThat(worth.mayRestOnRows()).isTrue();
    }
    worth.restsOnRows(false);
    long looked = IntStream.range(0, 10_000).filter(i -> worth.mayRestOnRows()).count();
    assertThat(looked).isBetween(5L, 20L);
    assertThat(worth.restsOnRows(true)).isTrue();
    assertThat(worth.mayRestOnRows()).isTrue();
    assertThat(new PatternWorth(false, () -> 0, () -> now).mayRestOnRows()).isFalse();
  }

  @Test
  void resultsThatGoUnusedAreNotWorthIt() {
    worth.took(QUICK);
    went(PatternWorth.JUDGED - 1, 0);
    assertThat(worth.keeps()).isTrue();
    went(1, 0);
    assertThat(worth.keeps()).isFalse();
  }

  @Test
  void oneInFourOfUseIsEnough() {
    worth.took(QUICK);
    for (int i = 0; i < 40; i++) {
      went(PatternWorth.JUDGED * 3 / 4, 0);
      went(PatternWorth.JUDGED / 4, 1);
      assertThat(worth.keeps()).isTrue();
    }
    went(PatternWorth.JUDGED * 4 / 5, 0);
    went(PatternWorth.JUDGED / 5, 1);
    assertThat(worth.keeps()).isFalse();
  }

  @Test
  void ofSlowStatementsFewUsesAreEnough() {
    worth.took(Duration.ofMillis(25).toNanos());
    went(PatternWorth.JUDGED - 1, 0);
    went(1, 1);
    assertThat(worth.keeps()).isTrue();
    went(PatternWorth.JUDGED, 0);
    assertThat(worth.keeps()).isFalse();
  }

  @Test
  void whatStaysAndServesCountsWhereOthersHaveToGo() {
    worth.took(QUICK);
    served = 1_000;
    went(PatternWorth.JUDGED, 0);
    assertThat(worth.keeps()).isTrue();
    went(PatternWorth.JUDGED, 0);
    assertThat(worth.keeps()).describedAs("that was before").isFalse();
  }

  @Test
  void itIsTriedAgainEachTimeLater() {
    long rest = PatternWorth.FIRST_REST;
    for (int i = 0; i < 10; i++) {
      went(PatternWorth.JUDGED, 0);
      now += rest - 1;
      assertThat(worth.keeps()).isFalse();
      now++;
      assertThat(worth.keeps()).isTrue();
      rest = Math.min(2 * rest, PatternWorth.LONGEST_REST);
    }
    went(PatternWorth.JUDGED, 1);
    assertThat(worth.keeps()).isTrue();
    went(PatternWorth.JUDGED, 0);
    now += PatternWorth.FIRST_REST;
    assertThat(worth.keeps()).describedAs("it was worth it meanwhile").isTrue();
  }

  @Test
  void whatWasKeptBeforeItRestedSaysNothing() {
    long before = now;
    went(PatternWorth.JUDGED, 0);
    now += PatternWorth.FIRST_REST;
    assertThat(worth.keeps()).isTrue();
    for (int i = 0; i < 2 * PatternWorth.JUDGED; i++) {
      worth.went(before, 0);
    }
    assertThat(worth.keeps()).isTrue();
  }
}
