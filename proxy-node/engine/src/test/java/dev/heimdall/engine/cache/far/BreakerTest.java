package dev.heimdall.engine.cache.far;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.cache.far.Breaker.State;
import org.junit.jupiter.api.Test;

class BreakerTest {
  private static final long SLOW = 1000;

  private final Breaker breaker = new Breaker(SLOW, 3);
  private long now = Long.MAX_VALUE - 5; // what a clock may say

  private void open() {
    for (int i = 0; i < Breaker.IN_A_ROW; i++) {
      breaker.failed(now);
    }
    assertThat(breaker.state()).isEqualTo(State.OPEN);
  }

  private void close() {
    now += Breaker.LONGEST_PAUSE;
    assertThat(breaker.probe(now)).isTrue();
    assertThat(breaker.probeAnswered(1, now)).isFalse();
    assertThat(breaker.probeAnswered(1, now)).isFalse();
    assertThat(breaker.probeAnswered(1, now)).isTrue();
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void failuresInARowOpenIt() {
    for (int i = 1; i < Breaker.IN_A_ROW; i++) {
      assertThat(breaker.failed(now)).isFalse();
    }
    assertThat(breaker.closed()).isTrue();
    assertThat(breaker.failed(now)).isTrue();
    assertThat(breaker.closed()).isFalse();
  }

  @Test
  void anAnswerBetweenFailuresKeepsItClosedWhileTheyAreFew() {
    for (int i = 0; i < 100; i++) {
      boolean opened = i % 5 == 0 ? breaker.failed(now) : breaker.answered(1, now);
      assertThat(opened).isFalse();
    }
  }

  @Test
  void aQuarterOfFailuresOpensIt() {
    int requests = 0;
    boolean opened = false;
    while (!opened && requests < 200) {
      opened = requests % 4 == 0 ? breaker.failed(now) : breaker.answered(1, now);
      requests++;
    }
    assertThat(requests).isEqualTo(Breaker.ENOUGH);
  }

  @Test
  void slowAnswersOpenItWhenTheyAreMoreThanHalf() {
    for (int i = 0; i < 200; i++) {
      assertThat(breaker.answered(i % 2 == 0 ? SLOW : SLOW + 1, now)).isFalse();
    }
    boolean opened = false;
    for (int i = 0; i < 3 && !opened; i++) {
      opened = breaker.answered(SLOW + 1, now);
    }
    assertThat(opened).isTrue();
  }

  @Test
  void onlyTheLastRequestsCount() {
    for (int i = 0; i < Breaker.WINDOW; i++) {
      breaker.answered(i % 2 == 0 ? 1 : SLOW + 1, now);
    }
    for (int i = 0; i < Breaker.WINDOW; i++) {
      breaker.answered(1, now);
    }
    for (int i = 0; i < Breaker.WINDOW / 2; i++) {
      assertThat(breaker.answered(SLOW + 1, now)).isFalse();
    }
    assertThat(breaker.answered(SLOW + 1, now)).isTrue();
  }

  @Test
  void aProbeIsBegunOnceAfterThePause() {
    open();
    assertThat(breaker.probe(now + Breaker.FIRST_PAUSE - 1)).isFalse();
    now += Breaker.FIRST_PAUSE;
    assertThat(breaker.probe(now)).isTrue();
    assertThat(breaker.probe(now)).isFalse();
    assertThat(breaker.closed()).isFalse();
  }

  @Test
  void allProbesMustSucceedAndBeQuick() {
    open();
    now += Breaker.FIRST_PAUSE;
    breaker.probe(now);
    breaker.probeAnswered(1, now);
    breaker.probeFailed(now);
    assertThat(breaker.state()).isEqualTo(State.OPEN);

    now += Breaker.LONGEST_PAUSE;
    breaker.probe(now);
    breaker.probeAnswered(SLOW + 1, now);
    assertThat(breaker.state()).isEqualTo(State.OPEN);

    close();
  }

  @Test
  void whatWasSentBeforeItOpenedSaysNothingLater() {
    open();
    breaker.answered(1, now);
    now += Breaker.FIRST_PAUSE;
    breaker.probe(now);
    for (int i = 0; i < 2 * Breaker.WINDOW; i++) {
      assertThat(breaker.answered(1, now)).isFalse();
      assertThat(breaker.failed(now)).isFalse();
    }
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    breaker.probeAnswered(1, now);
    breaker.probeAnswered(1, now);
    breaker.probeAnswered(1, now);
    // Nor do those failures.
    assertThat(breaker.failed(now)).isFalse();
  }

  @Test
  void thePauseGrowsToALimitAndIsShortAgainAfterAGoodTime() {
    open();
    long before = breaker.pauseNanos();
    assertThat(before).isEqualTo(Breaker.FIRST_PAUSE);
    for (int i = 0; i < 10; i++) {
      now += breaker.pauseNanos();
      assertThat(breaker.probe(now)).isTrue();
      breaker.probeFailed(now);
      assertThat(breaker.pauseNanos()).isEqualTo(Math.min(2 * before, Breaker.LONGEST_PAUSE));
      before = breaker.pauseNanos();
    }
    close();
    open();
    assertThat(breaker.pauseNanos()).as("just closed").isEqualTo(Breaker.LONGEST_PAUSE);
    close();
    now += Breaker.LONGEST_PAUSE;
    open();
    assertThat(breaker.pauseNanos()).isEqualTo(Breaker.FIRST_PAUSE);
  }
}
