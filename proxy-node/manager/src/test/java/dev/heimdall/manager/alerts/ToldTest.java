package dev.heimdall.manager.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ToldTest {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

  private static Event event(int number) {
    return new Event(
        "a-" + number,
        NOW,
        NOW,
        "server-lost",
        Severity.WARNING,
        "shop",
        "",
        List.of("a"),
        "no answer",
        1);
  }

  private static Told.Result arrived(Instant at) {
    return new Told.Result(at, true, "answered 200");
  }

  @Test
  void whatOneManagerHasClaimedNoOtherTellsUntilItIsOverdue() {
    Told.Next first = Told.NOTHING.next(List.of(event(1)), Set.of(), 5, NOW);
    assertThat(first.batch().orElseThrow().events()).hasSize(1);

    assertThat(first.told().next(List.of(event(1)), Set.of(), 5, NOW.plusSeconds(119)).batch())
        .isEmpty();
    assertThat(first.told().next(List.of(event(1)), Set.of(), 5, NOW.plusSeconds(121)).batch())
        .isPresent();
    Told done = first.told().ended(first.batch().get(), arrived(NOW));
    assertThat(done.next(List.of(event(1)), Set.of(), 5, NOW.plusSeconds(121)).batch()).isEmpty();
  }

  @Test
  void beyondTheBoundEventsAreSummedUpInTheNextMessage() {
    Told told = Told.NOTHING;
    for (int i = 0; i < 2; i++) {
      Told.Next next = told.next(List.of(event(i)), Set.of(), 2, NOW);
      told = next.told().ended(next.batch().orElseThrow(), arrived(NOW));
    }
    for (int i = 2; i < 9; i++) {
      Told.Next next = told.next(List.of(event(i)), Set.of(), 2, NOW.plusSeconds(i));
      assertThat(next.batch()).isEmpty();
      told = next.told();
    }
    assertThat(told.leftOut()).isEqualTo(7);
    Told.Next next = told.next(List.of(), Set.of(), 2, NOW.plusSeconds(3601));
    assertThat(next.batch().orElseThrow()).isEqualTo(new Told.Batch(List.of(), 7));
    assertThat(next.told().leftOut()).isZero();

    Told.Result failed = new Told.Result(NOW.plusSeconds(3602), false, "answered 500");
    assertThat(next.told().ended(next.batch().get(), failed).leftOut()).isEqualTo(7);
  }
}
