package dev.heimdall.engine.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChangesInProgressTest {
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final ChangesInProgress changes = new ChangesInProgress(timer);
  private final AtomicInteger ended = new AtomicInteger();

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  @Test
  void aDatabaseIsBeingChangedUntilAllChangesAreOver() {
    Runnable first = changes.begin("shop", ended::incrementAndGet);
    Runnable second = changes.begin("shop", ended::incrementAndGet);
    assertThat(changes.any("shop")).isTrue();
    assertThat(changes.any("other")).isFalse();

    first.run();
    first.run();

    assertThat(changes.any("shop")).isTrue();
    assertThat(ended).hasValue(1);
    second.run();
    assertThat(changes.any("shop")).isFalse();
    assertThat(ended).hasValue(2);
  }

  @Test
  void allDatabasesMayBeBeingChanged() {
    Runnable over = changes.beginAll(ended::incrementAndGet);
    assertThat(changes.any("shop")).isTrue();
    over.run();
    over.run();
    assertThat(changes.any("shop")).isFalse();
    assertThat(ended).hasValue(1);
  }

  @Test
  void oneWhoseEndIsNotHeardEndsByItself() {
    changes.begin("shop", ended::incrementAndGet);

    Runnable expiry = timer.getQueue().peek();
    assertThat(((Delayed) expiry).getDelay(TimeUnit.SECONDS)).isBetween(1L, 60L);
    expiry.run(); // as if it were due
    assertThat(changes.any("shop")).isFalse();
    assertThat(ended).hasValue(1);
  }

  @Test
  void withoutATimerItEndsWhenItIsOver() {
    timer.shutdown();
    Runnable over = changes.begin("shop", ended::incrementAndGet);
    assertThat(changes.any("shop")).isTrue();
    over.run();
    assertThat(changes.any("shop")).isFalse();
  }
}
