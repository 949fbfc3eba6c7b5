package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a question counts as late, by a clock that is moved by hand. */
class AnswerWatchTimesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** After which an answer is late of a server that answers at once. */
  private static final long LATE = 300;

  private final MockTicker ticker = Ticker.newMockTicker();
  private final Loop loop = new Loop(ticker);
  private final List<String> said = new ArrayList<>();

  /** For how long others have not heard the server. */
  private LongSupplier quiet = () -> 0;

  private final AnswerWatch watch =
      new AnswerWatch(
          loop,
          PATIENCE,
          new AnswerWatch.Listener() {
            @Override
            public CompletableFuture<Long> quiet(Duration late) {
              return CompletableFuture.completedFuture(
                  TimeUnit.MILLISECONDS.toNanos(quiet.getAsLong()));
            }

            @Override
            public void silent(Duration unanswered, boolean all) {
              said.add((all ? "all silent " : "silent ") + unanswered.toMillis());
            }

            @Override
            public void overdue(Duration within) {
              said.add("overdue " + within.toMillis());
            }
          },
          ticker::nanoTime);

  private static final class Loop extends ManualIoEventLoop {
    Loop(Ticker ticker) {
      super(null, Thread.currentThread(), LocalIoHandler.newFactory(), ticker);
    }
  }

  @BeforeEach
  void answersAtOnce() {
    answered(0);
  }

  @AfterEach
  void close() {
    loop.shutdown();
    for (int i = 0; i < 1000 && !loop.isTerminated(); i++) {
      loop.runNow();
    }
  }

  /** Moves the clock at once, as for a node that has stood still. */
  private void pass(long millis) {
    ticker.advance(millis, TimeUnit.MILLISECONDS);
    loop.runNow();
  }

  /** Moves the clock by small steps. */
  private void run(long millis) {
    for (long i = 0; i < millis; i++) {
      pass(1);
    }
  }

  private void ask() {
    watch.begins();
    watch.sent();
  }

  private void answered(long after) {
    ask();
    run(after);
    watch.over(true);
    said.clear();
  }

  @Test
  void aServerIsSilentWhenItIsLateAndStillIsALookLater() {
    ask();
    run(LATE + 49);
    assertThat(said).isEmpty();
    run(1);
    assertThat(said).containsExactly("silent 300");
  }

  @Test
  void aServerThatIsSilentToOthersAsWellIsSilentSooner() {
    quiet = () -> 500;
    ask();
    run(200);
    assertThat(said).containsExactly("all silent 200");
    run(500);
    assertThat(said).as("once").hasSize(1);
  }

  @Test
  void itIsWhenItHasBeenSilentToThemForAsLong() {
    long heard = ticker.nanoTime();
    quiet = () -> TimeUnit.NANOSECONDS.toMillis(ticker.nanoTime() - heard) - 60;
    ask();
    run(259);
    assertThat(said).isEmpty();
    run(10);
    assertThat(said).containsExactly("all silent 200");
  }

  /** As long as one statement is answered, others may take long. */
  @Test
  void aServerThatOthersHearIsNotSilentSooner() {
    quiet = () -> 40;
    ask();
    run(LATE + 49);
    assertThat(said).isEmpty();
    run(1);
    assertThat(said).containsExactly("silent 300");
  }

  @Test
  void aNodeThatStandsStillDoesNotGoByWhatOthersHear() {
    quiet = () -> 500;
    ask();
    pass(LATE - 20);
    watch.over(true);
    run(500);
    assertThat(said).isEmpty();
  }

  @Test
  void anAnswerThatCameWhileTheNodeStoodStillIsNotMissing() {
    ask();
    pass(LATE);
    watch.over(true);
    run(2_000);
    assertThat(said).isEmpty();
  }

  @Test
  void aNodeThatStandsStillSaysNothingUntilItHasLookedInTime() {
    ask();
    pass(LATE + 200);
    pass(101);
    assertThat(said).as("two pauses").isEmpty();
    run(50);
    assertThat(said).containsExactly("silent 300");
  }

  /** A writer far away is missed as soon as one of them is late. */
  @Test
  void aQuestionOfSeveralRoundTripsIsLateWhenOneOfThemIs() {
    for (int i = 0; i < 20; i++) {
      ask();
      run(100);
      watch.next();
      run(100);
      watch.next();
      run(100);
      watch.over(true);
    }
    said.clear();
    ask();
    run(100);
    watch.next();
    run(2 * 100 + LATE + 49);
    assertThat(said).isEmpty();
    run(20);
    assertThat(said).hasSize(1);
  }

  @Test
  void eachStepHasItsTime() {
    watch.begins();
    run(900);
    watch.connecting();
    run(900);
    watch.sent();
    run(900);
    watch.sent();
    run(900);
    assertThat(watch.over(true)).isZero();
    assertThat(said).containsOnly("silent 300");
  }

  @Test
  void aStepThatDoesNotEndIsTwoFailuresAndNoMore() {
    watch.begins();
    watch.connecting();
    run(1_249);
    assertThat(said).isEmpty();
    run(1);
    assertThat(said).containsExactly("overdue 1000");
    run(1_250);
    assertThat(said).containsExactly("overdue 1000", "overdue 1000");
    run(10_000);
    assertThat(said).hasSize(2);
    assertThat(watch.over(false)).isEqualTo(2);
  }

  /** As when the connection that was there is dead, and no other can be made. */
  @Test
  void aStepThatHasTakenAllItsTimeIsAFailureThoughAnotherFollows() {
    watch.begins();
    watch.connecting();
    run(1_000);
    assertThat(said).isEmpty();
    watch.connecting();
    assertThat(said).containsExactly("overdue 1000");
    run(999);
    assertThat(watch.over(false)).isEqualTo(1);
  }

  @Test
  void aServerThatTakesLongIsGivenLonger() {
    answered(2_000);
    watch.begins();
    watch.connecting();
    run(1_500);
    assertThat(said).isEmpty();
    run(3_000);
    assertThat(said).isNotEmpty().noneMatch(what -> what.equals("overdue 1000"));
  }
}
