package dev.heimdall.manager.http;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The threads that carry requests out: they wait for the configuration's place and for the
 * password's, so each has one, and there are only so many. Begun and counted on the event loop.
 */
final class Workers {
  private final Executor loop;
  private final int most;
  private final int mostOfOneAddress;
  private final Map<InetAddress, Integer> ofAddresses = new HashMap<>();
  private final ThreadPoolExecutor threads;
  private int taken;

  Workers(Executor loop, int most, int mostOfOneAddress) {
    this.loop = loop;
    this.most = most;
    this.mostOfOneAddress = mostOfOneAddress;
    AtomicInteger numbers = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            0,
            // One that has just left its work may not be back at the queue yet.
            2 * most,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> new Thread(task, "manager-http-" + numbers.incrementAndGet()));
  }

  /**
   * Has it carried out, unless too many are.
   *
   * @param answered gets what came of it, on the event loop
   */
  boolean begin(InetAddress from, Supplier<Answer> work, Consumer<Answer> answered) {
    if (taken >= most || ofAddresses.getOrDefault(from, 0) >= mostOfOneAddress) {
      return false;
    }
    taken++;
    ofAddresses.merge(from, 1, Integer::sum);
    threads.execute(
        () -> {
          Answer answer = work.get();
          try {
            loop.execute(
                () -> {
                  ended(from);
                  answered.accept(answer);
                });
          } catch (RejectedExecutionException e) {
            // The endpoint was closed meanwhile, and with it the connection.
          }
        });
    return true;
  }

  private void ended(InetAddress from) {
    taken--;
    ofAddresses.computeIfPresent(from, (address, count) -> count == 1 ? null : count - 1);
  }

  /** What was begun has so much time. */
  void close(Duration time) throws InterruptedException {
    threads.shutdown();
    if (!threads.awaitTermination(time.toMillis(), TimeUnit.MILLISECONDS)) {
      threads.shutdownNow();
    }
  }
}
