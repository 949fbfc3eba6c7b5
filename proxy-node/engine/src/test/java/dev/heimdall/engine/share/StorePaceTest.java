package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StorePaceTest {
  private final StorePace pace = new StorePace();

  private boolean answered(int millis) {
    return pace.answered(Duration.ofMillis(millis));
  }

  @Test
  void oneAnswerThatTakesLongIsLookedAtAgain() {
    assertThat(answered(400)).isFalse();
    assertThat(pace.doubted()).isTrue();
    assertThat(answered(2)).isFalse();
    assertThat(pace.doubted()).isFalse();
    assertThat(pace.slow()).isFalse();
  }

  @Test
  void twoInARowAreSlowAndTwoShortOnesFastAgain() {
    answered(400);
    assertThat(answered(400)).as("it is slow now").isTrue();
    assertThat(pace.slow()).isTrue();
    assertThat(answered(200)).as("not short").isFalse();
    assertThat(answered(3)).isFalse();
    assertThat(answered(300)).as("long once more").isFalse();
    assertThat(answered(3)).isFalse();
    assertThat(pace.slow()).isTrue();
    assertThat(answered(3)).as("it is fast now").isTrue();
    assertThat(pace.slow()).isFalse();
    assertThat(pace.millis()).isEqualTo(3);
  }

  @Test
  void whatIsNotAnsweredIsSlowAtOnceUntilItConnectsAnew() {
    assertThat(pace.unanswered()).isTrue();
    assertThat(pace.unanswered()).as("told once").isFalse();
    pace.begin();
    assertThat(pace.slow()).isFalse();
    assertThat(pace.millis()).isEqualTo(StoreState.UNKNOWN);
  }
}
