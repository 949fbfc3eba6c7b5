package dev.heimdall.engine.catalog;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The databases whose definitions a session is about to change: what was read of them may be out of
 * date at any moment. Thread-safe.
 */
final class ChangesInProgress {
  /**
   * So long does one count at most: it may go on for hours, as the building of an index does, and
   * its end may never be heard. After that it is left to the looks at the database.
   */
  static final Duration LONGEST = Duration.ofMinutes(1);

  private final ScheduledExecutorService timer;
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();
  private final AtomicInteger ofAll = new AtomicInteger();

  ChangesInProgress(ScheduledExecutorService timer) {
    this.timer = timer;
  }

  /**
   * @param ended runs once when it does not count any more
   * @return to be run when it is over; nothing happens when it is run again
   */
  Runnable begin(String database, Runnable ended) {
    counts.merge(database, 1, Integer::sum);
    return until(
        () -> {
          counts.computeIfPresent(database, (name, count) -> count == 1 ? null : count - 1);
          ended.run();
        });
  }

  /** Begins a change of all databases. */
  Runnable beginAll(Runnable ended) {
    ofAll.incrementAndGet();
    return until(
        () -> {
          ofAll.decrementAndGet();
          ended.run();
        });
  }

  private Runnable until(Runnable ended) {
    AtomicBoolean over = new AtomicBoolean();
    Runnable end =
        () -> {
          if (over.compareAndSet(false, true)) {
            ended.run();
          }
        };
    Future<?> expiry;
    try {
      expiry = timer.schedule(end, LONGEST.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      return end; // all of this is being closed
    }
    return () -> {
      expiry.cancel(false);
      end.run();
    };
  }

  boolean any(String database) {
    return ofAll.get() > 0 || counts.containsKey(database);
  }
}
