package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LimitTest {
  @Test
  void noMoreThanTheMaximumAreGiven() {
    Limit limit = new Limit(2);

    assertThat(limit.tryTake()).isTrue();
    assertThat(limit.tryTake()).isTrue();
    assertThat(limit.tryTake()).isFalse();
    limit.give();
    assertThat(limit.tryTake()).isTrue();
    assertThat(limit.used()).isEqualTo(2);
  }

  @Test
  void zeroMeansNoLimit() {
    Limit limit = new Limit(0);
    for (int i = 0; i < 10_000; i++) {
      assertThat(limit.tryTake()).isTrue();
    }
    assertThat(limit.used()).isEqualTo(10_000);
  }

  @Test
  void aLowerMaximumLeavesTheTakenAloneAndRefusesMore() {
    Limit limit = new Limit(3);
    limit.tryTake();
    limit.tryTake();
    limit.max(1);

    assertThat(limit.used()).isEqualTo(2);
    limit.give();
    assertThat(limit.tryTake()).isFalse();
    limit.give();
    assertThat(limit.tryTake()).isTrue();
  }

  @Test
  void threadsTogetherNeverExceedTheMaximum() throws InterruptedException {
    Limit limit = new Limit(3);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 5_000; i++) {
                  if (limit.tryTake()) {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    inside.decrementAndGet();
                    limit.give();
                  }
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(most.get()).isBetween(1, 3);
    assertThat(limit.used()).isZero();
  }
}
