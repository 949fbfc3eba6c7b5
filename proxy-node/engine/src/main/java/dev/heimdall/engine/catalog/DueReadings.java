package dev.heimdall.engine.catalog;

import java.time.Duration;

/**
 * Tracks if the looks at a database come when they are due. While one is late, because the server
 * does not answer it or cannot be reached, it is unknown what was changed past the nodes. Guarded
 * by whom it belongs to, but for {@link #late}.
 */
final class DueReadings {
  /** So long may a look be under way that was due. */
  private static final long PATIENCE = Duration.ofSeconds(5).toNanos();

  private volatile boolean expected;
  private volatile long latest;

  /**
   * A look has come to its end.
   *
   * @param closely whether there are to be more of them soon
   * @param next when the next one is planned for, by {@link System#nanoTime}
   */
  void looked(boolean closely, long next) {
    latest = next + PATIENCE;
    expected = closely;
  }

  /** May be asked from any thread. */
  boolean late() {
    return expected && System.nanoTime() - latest > 0;
  }
}
