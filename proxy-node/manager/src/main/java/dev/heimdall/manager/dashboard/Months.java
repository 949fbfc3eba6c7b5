package dev.heimdall.manager.dashboard;

import dev.heimdall.routing.threads.DaemonThreads;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Reads months from disk on a thread of its own, so that a slow one holds no request up, and each
 * once for all that want the same. Thread-safe.
 */
final class Months implements AutoCloseable {
  /** From when it was read, however long that took: ten minutes are a point of the graph. */
  private static final long FRESH_NANOS = Duration.ofSeconds(10).toNanos();

  /** Each takes up to 4 MB. */
  private static final int MOST = 4;

  /** One that is under way, or done. */
  private final class Reading {
    private final CompletableFuture<Month> month;

    /** Time of completion; set before other threads see the completion. */
    private volatile long done;

    Reading(Scope scope) {
      month = begin(scope);
    }

    private CompletableFuture<Month> begin(Scope scope) {
      try {
        return CompletableFuture.supplyAsync(() -> read(scope), reading);
      } catch (RejectedExecutionException e) {
        done = nanos.getAsLong();
        return CompletableFuture.completedFuture(Month.empty()); // the manager ends
      }
    }

    private Month read(Scope scope) {
      try {
        return disk.apply(scope);
      } finally {
        done = nanos.getAsLong();
      }
    }

    boolean isOld(long now) {
      return month.isDone() && now - done > FRESH_NANOS;
    }
  }

  private final Function<Scope, Month> disk;
  private final LongSupplier nanos;
  private final Map<Scope, Reading> readings = new LinkedHashMap<>();
  private final ExecutorService reading =
      Executors.newSingleThreadExecutor(DaemonThreads.named("manager-months"));

  /**
   * @param disk reads one; may wait
   */
  Months(Function<Scope, Month> disk, LongSupplier nanos) {
    this.disk = disk;
    this.nanos = nanos;
  }

  /** One that is read, or was a moment ago; empty: so many others are being read. */
  synchronized Optional<CompletableFuture<Month>> of(Scope scope) {
    long now = nanos.getAsLong();
    readings.values().removeIf(one -> one.isOld(now));
    Reading known = readings.get(scope);
    if (known == null) {
      makeRoom();
      if (readings.size() >= MOST) {
        return Optional.empty();
      }
      known = new Reading(scope);
      readings.put(scope, known);
    }
    return Optional.of(known.month);
  }

  private void makeRoom() {
    Iterator<Reading> all = readings.values().iterator();
    while (readings.size() >= MOST && all.hasNext()) {
      if (all.next().month.isDone()) {
        all.remove();
      }
    }
  }

  @Override
  public void close() {
    reading.shutdownNow();
  }
}
