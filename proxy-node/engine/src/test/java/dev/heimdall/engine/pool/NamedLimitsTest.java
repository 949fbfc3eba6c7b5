package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NamedLimitsTest {
  private final Map<String, Integer> maxima = new ConcurrentHashMap<>(Map.of("few", 2));
  private final NamedLimits limits = new NamedLimits(name -> maxima.getOrDefault(name, 0));

  @Test
  void eachNameHasALimitOfItsOwn() {
    assertThat(limits.tryTake("few")).isTrue();
    assertThat(limits.tryTake("few")).isTrue();
    assertThat(limits.tryTake("few")).isFalse();
    assertThat(limits.tryTake("other")).isTrue();
    limits.give("few");
    assertThat(limits.tryTake("few")).isTrue();
  }

  @Test
  void aNameOfWhichNothingIsLeftIsForgotten() {
    limits.tryTake("few");
    limits.tryTake("other");
    limits.give("few");
    assertThat(limits.size()).isEqualTo(1);
    limits.give("other");
    assertThat(limits.size()).isZero();
  }

  @Test
  void aChangedMaximumCountsFromTheRefreshOn() {
    limits.tryTake("few");
    limits.tryTake("few");
    maxima.put("few", 3);
    assertThat(limits.tryTake("few")).isFalse();
    limits.refresh();
    assertThat(limits.tryTake("few")).isTrue();
    maxima.put("few", 1);
    limits.refresh();
    assertThat(limits.tryTake("few")).isFalse();
  }

  @Test
  void threadsThatComeAndGoNeverExceedTheLimitNorLeaveAnythingBehind() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < 20_000; round++) {
                    if (limits.tryTake("few")) {
                      most.accumulateAndGet(now.incrementAndGet(), Math::max);
                      now.decrementAndGet();
                      limits.give("few");
                    }
                  }
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(most.get()).isBetween(1, 2);
    assertThat(limits.size()).isZero();
  }
}
