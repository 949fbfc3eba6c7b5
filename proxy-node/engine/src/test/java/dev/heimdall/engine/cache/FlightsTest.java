package dev.heimdall.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FlightsTest {
  private static final long MOST = 100;

  private long now = Long.MAX_VALUE - 50; // clocks of machines may begin anywhere
  private final Flights flights = new Flights(MOST, () -> now);
  private final Deque<Runnable> later = new ArrayDeque<>();
  private final List<String> woken = new ArrayList<>();

  private static CacheKey key(int text) {
    return new CacheKey("asker", 0, text, text, new byte[0]);
  }

  private boolean follow(int text, String who) {
    return flights.follow(
        key(text), Runnable::run, () -> woken.add(who), (task, nanos) -> later.add(task));
  }

  @Test
  void oneGoesAndTheOthersAreWokenWhenItIsOver() {
    Flight flight = flights.lead(key(1));
    assertThat(flight).isNotNull();
    assertThat(flights.lead(key(1))).isNull();
    assertThat(flights.lead(key(2))).isNotNull();
    assertThat(follow(1, "a")).isTrue();
    assertThat(follow(1, "b")).isTrue();
    assertThat(flights.waiting()).isEqualTo(2);
    assertThat(woken).isEmpty();
    flight.over();
    assertThat(woken).containsExactly("a", "b");
    flight.over();
    assertThat(woken).containsExactly("a", "b");
    assertThat(flights.waiting()).isZero();
    assertThat(follow(1, "c")).isFalse();
    assertThat(flights.lead(key(1))).isNotNull();
  }

  @Test
  void anOldOnesEndDoesNotEndTheNextOne() {
    Flight first = flights.lead(key(1));
    first.over();
    Flight second = flights.lead(key(1));
    assertThat(follow(1, "a")).isTrue();
    first.over();
    assertThat(woken).isEmpty();
    assertThat(flights.lead(key(1))).isNull();
    second.over();
    assertThat(woken).containsExactly("a");
  }

  @Test
  void nobodyWaitsForOneThatTakesTooLong() {
    flights.lead(key(1));
    now += MOST / 2;
    flights.lead(key(2));
    assertThat(follow(1, "a")).isTrue();
    assertThat(follow(2, "b")).isTrue();
    assertThat(later).hasSize(1);
    now += MOST / 2;
    assertThat(follow(1, "late")).isFalse();
    later.poll().run();
    assertThat(woken).containsExactly("a");
    assertThat(flights.lead(key(1))).describedAs("the next one goes").isNotNull();
    assertThat(later).describedAs("somebody waits").hasSize(1);
    now += MOST / 2;
    later.poll().run();
    assertThat(woken).containsExactly("a", "b");
    assertThat(later).describedAs("nobody waits").isEmpty();
  }

  @Test
  void whatIsOfNoUseToOthersKeepsNobodyWaiting() {
    flights.suited(key(1), false);
    assertThat(flights.lead(key(1))).isNull();
    assertThat(follow(1, "a")).isFalse();
    assertThat(flights.lead(key(2))).isNotNull();
    flights.suited(key(1), true);
    assertThat(flights.lead(key(1))).isNotNull();
  }

  @Test
  void withoutATimeNobodyWaits() {
    Flights none = new Flights(0, () -> now);
    assertThat(none.lead(key(1))).isNull();
    assertThat(none.follow(key(1), Runnable::run, () -> {}, (task, nanos) -> {})).isFalse();
  }

  @Test
  void aLoopThatHasEndedIsInNobodysWay() {
    Flight flight = flights.lead(key(1));
    flights.follow(
        key(1),
        task -> {
          throw new RejectedExecutionException();
        },
        () -> woken.add("gone"),
        (task, nanos) -> {});
    follow(1, "a");
    flight.over();
    assertThat(woken).containsExactly("a");
  }

  /** Whoever follows while it ends is woken, or hears that it is over. */
  @Test
  void nobodyIsForgottenAtTheEnd() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 500; round++) {
        Flight flight = flights.lead(key(round));
        CacheKey key = key(round);
        AtomicInteger heard = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(8);
        Runnable hear =
            () -> {
              heard.incrementAndGet();
              done.countDown();
            };
        for (int i = 0; i < 8; i++) {
          int who = i;
          threads.execute(
              () -> {
                if (who == 4) {
                  flight.over();
                }
                if (!flights.follow(key, Runnable::run, hear, (task, nanos) -> {})) {
                  hear.run();
                }
              });
        }
        assertThat(done.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(heard).hasValue(8);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
