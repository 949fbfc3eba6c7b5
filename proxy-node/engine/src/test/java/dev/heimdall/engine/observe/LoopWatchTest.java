package dev.heimdall.engine.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopWatchTest {
  private final DefaultEventLoopGroup loops = new DefaultEventLoopGroup(2);
  private final Metrics metrics = new Metrics("1", 2, 1);
  private final LoopWatch watch = new LoopWatch(loops, metrics, Duration.ofMillis(5));

  @AfterEach
  void close() {
    watch.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    metrics.close();
  }

  @Test
  void aLoopThatHangsIsNamedAndForgivenWhenItTurnsAgain() throws Exception {
    EventExecutor second = List.copyOf(executors()).get(1);
    CountDownLatch release = new CountDownLatch(1);
    second.execute(
        () -> {
          try {
            release.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try {
      await(() -> !watch.stalled(Duration.ofMillis(300)).isEmpty());
      assertThat(watch.stalled(Duration.ofMillis(300)))
          .extracting(LoopWatch.Stalled::loop)
          .contains(1);
    } finally {
      release.countDown();
    }
    await(() -> watch.stalled(Duration.ofMillis(300)).isEmpty());
    assertThat(metrics.scrape(false)).contains("heimdall_loop_lag_seconds{loop=\"1\"}");
  }

  private List<EventExecutor> executors() {
    List<EventExecutor> executors = new java.util.ArrayList<>();
    loops.forEach(executors::add);
    return executors;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      Thread.sleep(5);
    }
  }
}
