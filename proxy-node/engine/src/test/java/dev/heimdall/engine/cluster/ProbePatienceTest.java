package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProbePatienceTest {
  private static final Duration USUAL = Duration.ofSeconds(2);

  private final ProbePatience patience = new ProbePatience(USUAL);

  @Test
  void whatRanOutIsFollowedByLongerAttemptsUpToABound() {
    for (int seconds : new int[] {2, 4, 8, 16, 16}) {
      assertThat(patience.now()).hasSeconds(seconds);
      patience.failed(patience.now());
    }
  }

  @Test
  void whatWasRefusedAtOnceIsTriedAsBefore() {
    patience.failed(Duration.ofMillis(3));
    assertThat(patience.now()).isEqualTo(USUAL);
  }

  @Test
  void aServerThatWasQuickIsGivenNoLongerWhenItFallsSilent() {
    patience.failed(USUAL);
    patience.answered(Duration.ofMillis(5), true);
    assertThat(patience.now()).isEqualTo(USUAL);
    patience.failed(USUAL);
    assertThat(patience.now()).isEqualTo(USUAL);
  }

  @Test
  void whereConnectingWasSlowTheNextConnectionIsGivenAsLong() {
    patience.failed(USUAL);
    patience.answered(Duration.ofSeconds(3), true);
    patience.answered(Duration.ofMillis(5), false);
    assertThat(patience.now()).isEqualTo(USUAL.multipliedBy(2));
    patience.failed(USUAL.multipliedBy(2));
    assertThat(patience.now()).isEqualTo(USUAL.multipliedBy(4));
  }
}
