package dev.heimdall.launcher.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Many shoppers at once, each on a connection of its own, with some thinking between two visits.
 */
final class Workload implements AutoCloseable {
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(200);
  private static final Duration ENDED_WITHIN = Duration.ofSeconds(10);

  /** Opens a client connection to what is shown. */
  interface Door {
    Connection connect() throws SQLException;
  }

  private final Door door;
  private final int longestThinkingMillis;
  private final LatencyHistogram latencies = new LatencyHistogram();
  private final LongAdder ordersPlaced = new LongAdder();
  private final AtomicInteger connected = new AtomicInteger();
  private final ErrorTally errors = new ErrorTally();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean ending;

  private Workload(Door door, int longestThinkingMillis) {
    this.door = door;
    this.longestThinkingMillis = longestThinkingMillis;
  }

  static Workload start(Door door, int clients, int longestThinkingMillis) {
    Workload workload = new Workload(door, longestThinkingMillis);
    for (int i = 0; i < clients; i++) {
      Random random = new Random(i);
      Thread thread = new Thread(() -> workload.shop(random), "shopper-" + i);
      thread.setDaemon(true);
      workload.threads.add(thread);
      thread.start();
    }
    return workload;
  }

  /** The statements since the last call. */
  LatencyHistogram.Snapshot drain() {
    return latencies.drain();
  }

  int connected() {
    return connected.get();
  }

  /** Orders whose COMMIT was acknowledged. */
  long ordersPlaced() {
    return ordersPlaced.sum();
  }

  ErrorTally errors() {
    return errors;
  }

  /** Lets each client finish its visit. One that does not is an error of the workload. */
  @Override
  public void close() {
    ending = true;
    long deadline = System.nanoTime() + ENDED_WITHIN.toNanos();
    for (Thread thread : threads) {
      try {
        thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      if (thread.isAlive()) {
        errors.add("a client hangs, %d s after the end".formatted(ENDED_WITHIN.toSeconds()));
      }
    }
  }

  private void shop(Random random) {
    while (!ending) {
      try (Shopper shopper = new Shopper(door.connect(), latencies, ordersPlaced, random)) {
        connected.incrementAndGet();
        try {
          while (!ending) {
            shopper.visit();
            Thread.sleep(random.nextInt(longestThinkingMillis));
          }
        } finally {
          connected.decrementAndGet();
        }
      } catch (SQLException e) {
        errors.add(e);
        pause();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_AFTER_FAILURE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
