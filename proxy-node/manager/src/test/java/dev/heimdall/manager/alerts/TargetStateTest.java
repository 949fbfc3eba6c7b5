package dev.heimdall.manager.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.problems.Alert;
import dev.heimdall.manager.store.Unchanged;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TargetStateTest {
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

  /** To a manager that has seen the claims since they were made. */
  private static TargetState.Next next(
      TargetState told, List<Event> events, Set<String> alerts, int hourly, Instant now) {
    AtomicLong nanos = new AtomicLong();
    Unchanged<String, Instant> unchanged = new Unchanged<>(nanos::get);
    told.claims().forEach(unchanged::since);
    nanos.set(Duration.between(NOW, now).toNanos());
    return told.next(events, alerts, hourly, unchanged, now);
  }

  private static TargetState.Result arrived(Instant at) {
    return new TargetState.Result(at, true, "answered 200");
  }

  @Test
  void whatOneManagerHasClaimedNoOtherTellsUntilItIsOverdue() {
    TargetState.Next first = next(TargetState.NOTHING, List.of(event(1)), Set.of(), 5, NOW);
    assertThat(first.batch().orElseThrow().events()).hasSize(1);

    assertThat(next(first.told(), List.of(event(1)), Set.of(), 5, NOW.plusSeconds(119)).batch())
        .isEmpty();
    assertThat(next(first.told(), List.of(event(1)), Set.of(), 5, NOW.plusSeconds(121)).batch())
        .isPresent();
    TargetState done = first.told().ended(first.batch().get(), arrived(NOW));
    assertThat(next(done, List.of(event(1)), Set.of(), 5, NOW.plusSeconds(121)).batch()).isEmpty();
  }

  @Test
  void beyondTheBoundEventsAreSummedUpInTheNextMessage() {
    TargetState told = TargetState.NOTHING;
    for (int i = 0; i < 2; i++) {
      TargetState.Next next = next(told, List.of(event(i)), Set.of(), 2, NOW);
      told = next.told().ended(next.batch().orElseThrow(), arrived(NOW));
    }
    for (int i = 2; i < 9; i++) {
      TargetState.Next next = next(told, List.of(event(i)), Set.of(), 2, NOW.plusSeconds(i));
      assertThat(next.batch()).isEmpty();
      told = next.told();
    }
    assertThat(told.leftOut()).isEqualTo(7);
    TargetState.Next next = next(told, List.of(), Set.of(), 2, NOW.plusSeconds(3601));
    assertThat(next.batch().orElseThrow()).isEqualTo(new TargetState.Batch(List.of(), 7));
    assertThat(next.told().leftOut()).isZero();

    TargetState.Result failed =
        new TargetState.Result(NOW.plusSeconds(3602), false, "answered 500");
    assertThat(next.told().ended(next.batch().get(), failed).leftOut()).isEqualTo(7);
  }

  private static Event alert(String id, String about, Instant ended) {
    Alert alert =
        new Alert(
            id,
            "no-writer",
            about,
            true,
            "It is wrong",
            "",
            List.of("a"),
            NOW,
            Optional.ofNullable(ended),
            Map.of(),
            Optional.empty());
    return new Event(
        "alert:" + id + (ended == null ? "/critical" : "/resolved"),
        NOW,
        NOW,
        "no-writer",
        Severity.CRITICAL,
        about,
        "",
        List.of("a"),
        "It is wrong.",
        1,
        Optional.of(alert));
  }

  @Test
  void anAlertThatDidNotArriveIsToldAgainSoonAndOneThatDidIsNot() {
    Set<String> alerts = Set.of("alert:x/");
    List<Event> firing = List.of(alert("x", "shop", null));
    TargetState.Next first = next(TargetState.NOTHING, firing, alerts, 5, NOW);
    TargetState failed =
        first
            .told()
            .ended(first.batch().orElseThrow(), new TargetState.Result(NOW, false, "no answer"));

    assertThat(next(failed, firing, alerts, 5, NOW.plusSeconds(119)).batch()).isEmpty();
    TargetState.Next again = next(failed, firing, alerts, 5, NOW.plusSeconds(121));
    assertThat(again.batch().orElseThrow().events()).isEqualTo(firing);

    TargetState done = again.told().ended(again.batch().get(), arrived(NOW.plusSeconds(121)));
    assertThat(next(done, firing, alerts, 5, NOW.plusSeconds(7200)).batch()).isEmpty();
  }

  @Test
  void aManagerWhoseClockIsAheadTakesNothingOver() {
    Instant ahead = NOW.plusSeconds(600);
    TargetState claimed = next(TargetState.NOTHING, List.of(event(1)), Set.of(), 5, NOW).told();
    AtomicLong nanos = new AtomicLong();
    Unchanged<String, Instant> other = new Unchanged<>(nanos::get);
    for (int seconds = 0; seconds < 120; seconds++) {
      nanos.set(Duration.ofSeconds(seconds).toNanos());
      Instant now = ahead.plusSeconds(seconds);
      assertThat(claimed.next(List.of(event(1)), Set.of(), 5, other, now).batch()).isEmpty();
    }
    nanos.set(Duration.ofSeconds(120).toNanos());
    assertThat(claimed.next(List.of(event(1)), Set.of(), 5, other, ahead.plusSeconds(120)).batch())
        .as("whoever has claimed it has died")
        .isPresent();
  }

  /** A slow manager's beginning arrives after a fast one's end: what was closed is open again. */
  @Test
  void anEndThatWasToldWhileTheBeginningWasOnItsWayIsToldAgain() {
    Set<String> alerts = Set.of("alert:x/");
    TargetState.Next slow =
        next(TargetState.NOTHING, List.of(alert("x", "shop", null)), alerts, 5, NOW);
    List<Event> ended = List.of(alert("x", "shop", NOW.plusSeconds(10)));
    TargetState.Next fast = next(slow.told(), ended, alerts, 5, NOW.plusSeconds(20));
    TargetState told = fast.told().ended(fast.batch().orElseThrow(), arrived(NOW.plusSeconds(20)));
    assertThat(next(told, ended, alerts, 5, NOW.plusSeconds(30)).batch()).isEmpty();

    told = told.ended(slow.batch().orElseThrow(), arrived(NOW.plusSeconds(40)));
    TargetState.Next again = next(told, ended, alerts, 5, NOW.plusSeconds(41));
    assertThat(again.batch().orElseThrow().events()).isEqualTo(ended);
    told = again.told().ended(again.batch().get(), arrived(NOW.plusSeconds(41)));
    assertThat(next(told, ended, alerts, 5, NOW.plusSeconds(50)).batch()).isEmpty();
  }

  @Test
  void ofAlertsThatAreAlikeTheOneThatGoesOnIsHeldElseTheOneThatEndedLast() {
    Event going = alert("2", "shop", null);
    Event over = alert("1", "shop", NOW);
    Event first = alert("3", "books", NOW);
    Event second = alert("4", "books", NOW.plusSeconds(60));

    assertThat(Notices.newest(List.of(over, going, second, first))).containsExactly(going, second);
    assertThat(Notices.newest(List.of(going, over, first, second))).containsExactly(going, second);
  }
}
