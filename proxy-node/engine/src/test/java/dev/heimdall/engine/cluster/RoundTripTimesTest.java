package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** After which time an answer is late. */
class RoundTripTimesTest {
  private final RoundTripTimes times = new RoundTripTimes();

  private void took(int often, long millis) {
    for (int i = 0; i < often; i++) {
      times.took(Duration.ofMillis(millis).toNanos());
    }
  }

  private long late() {
    return times.late().orElseThrow().toMillis();
  }

  @Test
  void nothingIsKnownBeforeTheFirstAnswer() {
    assertThat(times.late()).isEmpty();
  }

  /** Which is what it takes to send a lost packet again. */
  @Test
  void aSteadyServerIsLateAfterTwiceItsTimeAndAWhile() {
    took(50, 100);
    assertThat(late()).isEqualTo(500);
  }

  @Test
  void oneNextDoorIsLateAfterTheWhile() {
    took(50, 0);
    assertThat(late()).isEqualTo(300);
  }

  @Test
  void oneThatAnswersUnevenlyIsGivenLonger() {
    for (int i = 0; i < 50; i++) {
      took(1, 50);
      took(1, 950);
    }
    assertThat(late()).isGreaterThan(1500);
  }

  @Test
  void whatIsOnceLateIsForgotten() {
    took(50, 10);
    took(1, 1000);
    assertThat(late()).isGreaterThan(500);
    took(50, 10);
    assertThat(late()).isLessThan(330);
  }
}
