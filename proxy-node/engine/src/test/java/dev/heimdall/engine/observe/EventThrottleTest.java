package dev.heimdall.engine.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EventThrottleTest {
  private final AtomicLong clock = new AtomicLong();
  private final EventThrottle limit = new EventThrottle(Duration.ofNanos(100), clock::get);

  @Test
  void theFirstEventPassesAndTheNextPeriodTellsHowManyWerePassedOver() {
    assertThat(limit.permit("a")).isEqualTo(OptionalLong.of(0));
    assertThat(limit.permit("a")).isEmpty();
    clock.set(99);
    assertThat(limit.permit("a")).isEmpty();
    clock.set(100);
    assertThat(limit.permit("a")).isEqualTo(OptionalLong.of(2));
    assertThat(limit.permit("a")).isEmpty();
  }

  @Test
  void causesDoNotHideOneAnother() {
    assertThat(limit.permit("a")).isPresent();
    assertThat(limit.permit("b")).isPresent();
  }

  @Test
  void aFloodOfCausesIsCountedTogetherUntilOldOnesGrowStale() {
    for (int i = 0; i < 1024; i++) {
      assertThat(limit.permit("cause" + i)).isPresent();
    }
    assertThat(limit.permit("x")).isPresent();
    assertThat(limit.permit("y")).isEmpty();
    clock.set(200);
    assertThat(limit.permit("y")).isEqualTo(OptionalLong.of(0));
  }
}
