package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WriterConfirmationsTest {
  private final WriterConfirmations doubts = new WriterConfirmations();

  @Test
  void whatIsSaidAfterwardsCounts() {
    CompletableFuture<Void> early = doubts.since(10);
    CompletableFuture<Void> late = doubts.since(20);

    doubts.confirmed(10);
    assertThat(early).isNotDone();
    doubts.confirmed(15);
    assertThat(early).isCompleted();
    assertThat(late).isNotDone();
    doubts.confirmed(21);
    assertThat(late).isCompleted();
    assertThat(doubts.size()).isZero();
  }

  @Test
  @Timeout(60)
  void whoGivesUpIsForgotten() {
    CompletableFuture<Void> impatient = doubts.since(10).orTimeout(1, TimeUnit.MILLISECONDS);

    assertThat(impatient)
        .failsWithin(60, TimeUnit.SECONDS)
        .withThrowableOfType(Exception.class)
        .withCauseInstanceOf(TimeoutException.class);
    // The one who waits hears of it first.
    while (doubts.size() > 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void whenNothingIsWatchedAnyMoreNobodyWaits() {
    CompletableFuture<Void> before = doubts.since(10);

    doubts.end();

    assertThat(before).isCompletedExceptionally();
    assertThat(doubts.since(20)).isCompletedExceptionally();
    assertThat(doubts.size()).isZero();
  }
}
