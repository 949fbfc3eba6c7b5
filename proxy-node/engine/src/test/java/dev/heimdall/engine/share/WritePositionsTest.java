package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Numbers;
import dev.heimdall.engine.wire.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WritePositionsTest {
  private final Deque<CompletableFuture<Position>> questions = new ArrayDeque<>();
  private final WritePositions positions = new WritePositions(this::ask, 3);

  private CompletableFuture<Position> ask() {
    CompletableFuture<Position> question = new CompletableFuture<>();
    questions.add(question);
    return question;
  }

  private void answer(long position) {
    questions.remove().complete(new Lsn(position));
  }

  private Position of(String... tables) {
    return positions.last(List.of(tables)).position();
  }

  @Test
  void whatWasWrittenBeforeCountsAsWrittenAtTheBeginning() {
    assertThat(of("a")).isEqualTo(Position.BEYOND);
    answer(100);
    assertThat(of("a")).isEqualTo(new Lsn(100));
    assertThat(positions.last().position()).isEqualTo(new Lsn(100));
    assertThat(positions.unresolved()).isFalse();
  }

  @Test
  void aWriteIsBeyondEverythingUntilItsPositionIsKnown() {
    answer(100);
    WriteMark mark = positions.committed(Set.of("a"), false);

    assertThat(of("a")).isEqualTo(Position.BEYOND);
    assertThat(of("b")).isEqualTo(new Lsn(100));
    assertThat(of("b", "a")).isEqualTo(Position.BEYOND);
    answer(110);
    assertThat(of("a")).isEqualTo(new Lsn(110));
    assertThat(mark.position()).isEqualTo(new Lsn(110));
    assertThat(of("b")).isEqualTo(new Lsn(100));
    assertThat(of()).isEqualTo(new Lsn(100));
  }

  @Test
  void aWriteDuringAQuestionHasToWaitForTheNext() {
    answer(100);
    positions.committed(Set.of("a"), false);
    positions.committed(Set.of("b"), false);
    positions.committed(Set.of("c"), false);
    assertThat(questions).hasSize(1);

    answer(110);

    assertThat(of("a")).isEqualTo(new Lsn(110));
    assertThat(of("b")).isEqualTo(Position.BEYOND);
    assertThat(questions).hasSize(1);
    answer(120);
    assertThat(of("b")).isEqualTo(new Lsn(120));
    assertThat(of("c")).isEqualTo(new Lsn(120));
    assertThat(questions).isEmpty();
  }

  @Test
  void aQuestionThatFailsIsAskedAgainAndNothingIsForgotten() {
    answer(100);
    positions.committed(Set.of("a"), false);
    questions.remove().completeExceptionally(new IllegalStateException("no writer"));
    assertThat(of("a")).isEqualTo(Position.BEYOND);
    assertThat(questions).isEmpty();

    positions.committed(Set.of("b"), false);
    answer(120);
    assertThat(of("a")).isEqualTo(new Lsn(120));
    assertThat(of("b")).isEqualTo(Position.BEYOND);
    answer(130);
    assertThat(of("b")).isEqualTo(new Lsn(130));
  }

  @Test
  void aWriteOfNobodyKnowsWhatCountsForAllTables() {
    answer(100);
    positions.committed(Set.of("a"), true);
    answer(110);

    assertThat(of("b")).isEqualTo(new Lsn(110));
    positions.missed();
    assertThat(of("b")).isEqualTo(Position.BEYOND);
  }

  @Test
  void tablesThatAreForgottenCountAsWrittenLast() {
    answer(100);
    positions.committed(Set.of("a", "b", "c"), false);
    answer(110);
    positions.committed(Set.of("d"), false);

    assertThat(of("a")).isEqualTo(Position.BEYOND);
    answer(120);
    assertThat(of("a")).isEqualTo(new Lsn(120));
    assertThat(of("other")).isEqualTo(new Lsn(120));
  }

  /** A log that grows with each commit; what is noted must never lie before the commit. */
  @Test
  void noWriteEverHasAPositionBeforeItsCommit() throws Exception {
    AtomicLong log = new AtomicLong(1);
    ExecutorService clock = Executors.newSingleThreadExecutor();
    ExecutorService writers = Executors.newFixedThreadPool(4);
    try {
      WritePositions shared =
          new WritePositions(() -> CompletableFuture.supplyAsync(() -> new Lsn(log.get()), clock));
      CountDownLatch go = new CountDownLatch(1);
      List<Future<?>> done = new ArrayList<>();
      for (int w = 0; w < 4; w++) {
        String table = "t" + w % 2;
        done.add(
            writers.submit(
                () -> {
                  go.await();
                  for (int i = 0; i < 5_000; i++) {
                    Lsn commit = new Lsn(log.incrementAndGet());
                    WriteMark mark = shared.committed(List.of(table), false);
                    assertThat(mark.position().covers(commit)).isTrue();
                    assertThat(shared.last(List.of(table)).position().covers(commit)).isTrue();
                    assertThat(shared.last().position().covers(commit)).isTrue();
                  }
                  return null;
                }));
      }
      go.countDown();
      for (Future<?> one : done) {
        one.get(60, TimeUnit.SECONDS);
      }
      assertThat(shared.last(List.of("t0")).position()).isNotEqualTo(Position.NONE);
    } finally {
      writers.shutdownNow();
      clock.shutdownNow();
    }
  }

  @Test
  void aWriteOfWhichTheServerTellsIsThereAtOnceWithAllBeforeIt() {
    questions.remove().complete(Numbers.of(1, 2));

    assertThat(positions.committed(Set.of("a"), false, Numbers.of(3)).position())
        .isEqualTo(Numbers.of(1, 2, 3));
    positions.committed(Set.of("b"), false, Numbers.of(5));
    assertThat(of("b")).as("also what others have written").isEqualTo(Numbers.of(1, 2, 3, 5));
    assertThat(of("a")).isEqualTo(Numbers.of(1, 2, 3));
    assertThat(questions).as("nobody is asked").isEmpty();
    assertThat(positions.unresolved()).isFalse();
  }

  @Test
  void aWriteOfWhichTheServerTellsWaitsForThoseBeforeItOfWhichItDoesNot() {
    questions.remove().complete(Numbers.of(1));
    positions.committed(Set.of("a"), false);
    positions.committed(Set.of("a"), false, Numbers.of(3));
    assertThat(of("a")).as("2 is somewhere, and nobody knows").isEqualTo(Position.BEYOND);

    questions.remove().complete(Numbers.of(1, 2));
    assertThat(of("a")).isEqualTo(Position.BEYOND);
    questions.remove().complete(Numbers.of(1, 2, 3));
    assertThat(of("a")).isEqualTo(Numbers.of(1, 2, 3));
    positions.committed(Set.of("a"), false, Numbers.of(4));
    assertThat(of("a")).isEqualTo(Numbers.of(1, 2, 3, 4));
  }

  @Test
  void whatWasLostWithAWriterIsNotAskedOfOthersForEver() {
    questions.remove().complete(Numbers.of(1));
    positions.committed(Set.of("a"), false, Numbers.of(7));
    positions.missed();
    questions.remove().complete(Numbers.of(1, 2));
    positions.committed(Set.of("a"), false, Numbers.of(3));
    assertThat(of("a")).isEqualTo(Numbers.of(1, 2, 3));
  }
}
