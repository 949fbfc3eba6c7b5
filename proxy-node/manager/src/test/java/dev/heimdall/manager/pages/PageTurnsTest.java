package dev.heimdall.manager.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.manager.web.DeferredRequest;
import dev.heimdall.manager.web.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who makes a page next, where one is made at a time. */
class PageTurnsTest {
  private static final Duration A_MOMENT = Duration.ofMillis(20);

  private static final Duration LONG = Duration.ofHours(1);

  private final PageTurns turns = new PageTurns(1, LONG, LONG);

  /** A request that has just come has to wait. */
  private static DeferredRequest waits(PageTurns turns) {
    DeferredRequest later =
        catchThrowableOfType(DeferredRequest.class, () -> turns.take(Duration.ZERO));
    assertThat(later).as("it has to wait").isNotNull();
    return later;
  }

  private static void awaitOver(DeferredRequest later) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!later.isOver()) {
      assertThat(System.nanoTime()).as("it is never called").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static long called(List<DeferredRequest> waiting) {
    return waiting.stream().filter(DeferredRequest::isOver).count();
  }

  @Test
  void thoseThatWaitAreCalledOneByOneInTheOrderInWhichTheyCame() throws Exception {
    PageTurns.Turn turn = turns.take(Duration.ZERO);
    List<DeferredRequest> waiting = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      waiting.add(waits(turns));
    }
    for (int i = 0; i < 4; i++) {
      assertThat(called(waiting)).isEqualTo(i);
      turn.close();
      assertThat(called(waiting)).isEqualTo(i + 1);
      assertThat(waiting.get(i).isOver()).isTrue();
      turn = turns.take(A_MOMENT);
    }
    turn.close();
    turns.take(Duration.ZERO).close();
  }

  @Test
  void whoComesMeanwhileDoesNotTakeTheTurnOfOneThatWasCalled() throws Exception {
    PageTurns.Turn turn = turns.take(Duration.ZERO);
    DeferredRequest first = waits(turns);
    turn.close();
    assertThat(first.isOver()).isTrue();

    DeferredRequest newcomer = waits(turns);
    turns.take(A_MOMENT).close();
    assertThat(newcomer.isOver()).isTrue();
  }

  /** Its client has gone, or its session was ended. */
  @Test
  void aTurnIsKeptForAWhileOnly() throws Exception {
    PageTurns brief = new PageTurns(1, LONG, Duration.ofMillis(10));
    PageTurns.Turn turn = brief.take(Duration.ZERO);
    DeferredRequest gone = waits(brief);
    DeferredRequest next = waits(brief);
    turn.close();
    assertThat(gone.isOver()).isTrue();
    awaitOver(next);
  }

  @Test
  void whoHasWaitedForLongIsRefused() throws Exception {
    PageTurns.Turn turn = turns.take(Duration.ZERO);
    assertThatThrownBy(() -> turns.take(LONG))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("Too many pages");
    turn.close();
    turns.take(Duration.ZERO).close();
  }

  @Test
  void whoWaitsIsToldInTimeThatThereIsNone() throws Exception {
    PageTurns hasty = new PageTurns(1, Duration.ofMillis(10), LONG);
    try (PageTurns.Turn turn = hasty.take(Duration.ZERO)) {
      awaitOver(waits(hasty));
    }
    hasty.take(Duration.ZERO).close();
  }
}
