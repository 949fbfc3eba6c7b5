package dev.heimdall.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RdsPaceTest {
  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final TopologyReading WELL = answer(List.of());

  private final RdsPace pace = new RdsPace(() -> INTERVAL);

  private static TopologyReading answer(List<AwsTrouble> troubles) {
    return new TopologyReading(
        Instant.EPOCH, List.of(), Set.of(), List.of(), Optional.empty(), troubles);
  }

  private static TopologyReading trouble(AwsTrouble.Kind kind) {
    return answer(List.of(new AwsTrouble(kind, "call", "why")));
  }

  private Duration throttledTimes(int times) {
    Duration last = Duration.ZERO;
    for (int i = 0; i < times; i++) {
      last = pace.after(trouble(AwsTrouble.Kind.THROTTLED));
    }
    return last;
  }

  @Test
  void whileAllIsWellItIsTheInterval() {
    assertThat(pace.after(WELL)).isEqualTo(INTERVAL);
  }

  @Test
  void eachThrottlingDoublesItUpToTenMinutes() {
    assertThat(throttledTimes(1)).isEqualTo(Duration.ofMinutes(1));
    assertThat(throttledTimes(1)).isEqualTo(Duration.ofMinutes(2));
    assertThat(throttledTimes(10)).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void itComesBackLittleByLittle() {
    throttledTimes(3);

    assertThat(pace.after(WELL)).isEqualTo(Duration.ofMinutes(3));
    for (int i = 0; i < 20; i++) {
      pace.after(WELL);
    }
    assertThat(pace.after(WELL)).isEqualTo(INTERVAL);
  }

  @Test
  void whoIsBarredWaitsLongAndBeginsAsBefore() {
    assertThat(pace.after(trouble(AwsTrouble.Kind.DENIED))).isEqualTo(Duration.ofMinutes(10));
    assertThat(pace.after(trouble(AwsTrouble.Kind.NO_CREDENTIALS)))
        .isEqualTo(Duration.ofMinutes(10));
    assertThat(pace.after(WELL)).isEqualTo(INTERVAL);
  }

  @Test
  void whatAnotherHasFoundCounts() {
    pace.adopt(Duration.ofMinutes(4));
    assertThat(throttledTimes(1)).isEqualTo(Duration.ofMinutes(8));

    pace.adopt(Duration.ofMillis(1));
    assertThat(pace.after(WELL)).isEqualTo(INTERVAL);
  }

  @Test
  void aLongIntervalIsNotShortened() {
    RdsPace slow = new RdsPace(() -> Duration.ofHours(1));
    assertThat(slow.after(trouble(AwsTrouble.Kind.THROTTLED))).isEqualTo(Duration.ofHours(1));
  }
}
