package dev.heimdall.manager.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Readings of a disk that says nothing until it is told to. */
class MonthsTest {
  private final CountDownLatch held = new CountDownLatch(1);
  private final AtomicInteger readings = new AtomicInteger();
  private final AtomicLong nanos = new AtomicLong();
  private final Months months =
      new Months(
          scope -> {
            readings.incrementAndGet();
            try {
              held.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return Month.empty();
          },
          nanos::get);

  @AfterEach
  void close() {
    held.countDown();
    months.close();
  }

  private static Scope node(int number) {
    return new Scope("node" + number, "");
  }

  @Test
  void whoWantsTheSameHasItFromOneReading() throws Exception {
    CompletableFuture<Month> first = months.of(Scope.ALL).orElseThrow();
    assertThat(months.of(Scope.ALL)).contains(first);
    assertThat(first).isNotDone();
    held.countDown();
    first.get(60, TimeUnit.SECONDS);
    assertThat(months.of(Scope.ALL)).contains(first);
    assertThat(readings).hasValue(1);
    nanos.addAndGet(Duration.ofSeconds(11).toNanos());
    months.of(Scope.ALL).orElseThrow().get(60, TimeUnit.SECONDS);
    assertThat(readings).hasValue(2);
  }

  /** Or whoever waits for it would never have it, and have it read again without end. */
  @Test
  void whatWasReadForLongIsAsFreshAsTheRest() throws Exception {
    CompletableFuture<Month> slow = months.of(Scope.ALL).orElseThrow();
    nanos.addAndGet(Duration.ofSeconds(60).toNanos());
    assertThat(months.of(Scope.ALL)).as("while it is read").contains(slow);
    held.countDown();
    slow.get(60, TimeUnit.SECONDS);
    assertThat(months.of(Scope.ALL)).as("once it is").contains(slow);
    nanos.addAndGet(Duration.ofSeconds(9).toNanos());
    assertThat(months.of(Scope.ALL)).contains(slow);
    assertThat(readings).hasValue(1);
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(months.of(Scope.ALL).orElseThrow()).isNotSameAs(slow);
  }

  @Test
  void aDiskThatDoesNotAnswerHasFewReadingsWait() throws Exception {
    List<CompletableFuture<Month>> begun = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      begun.add(months.of(node(i)).orElseThrow());
    }
    assertThat(months.of(node(4))).isEmpty();
    held.countDown();
    for (CompletableFuture<Month> one : begun) {
      one.get(60, TimeUnit.SECONDS);
    }
    assertThat(months.of(node(4))).isPresent();
  }
}
