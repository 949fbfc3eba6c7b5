package dev.heimdall.engine.pool;

import dev.heimdall.engine.wire.postgres.PgError;
import java.time.Duration;
import java.util.ArrayDeque;

/** Who waits for a server connection, in the order in which they came, and since when. */
final class WaitQueue {
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private long notices;

  private static final class Waiting {
    final Waiter waiter;
    final long since;
    boolean noticed;

    Waiting(Waiter waiter, long since) {
      this.waiter = waiter;
      this.since = since;
    }
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  int size() {
    return queue.size();
  }

  void add(Waiter waiter, long now) {
    queue.add(new Waiting(waiter, now));
  }

  /** Says whether the waiter was here. */
  boolean remove(Waiter waiter) {
    return queue.removeIf(waiting -> waiting.waiter == waiter);
  }

  /** Removes the first; there must be one. */
  Waiter next() {
    return queue.remove().waiter;
  }

  /** Since when the first has waited; there must be one. */
  long firstSince() {
    return queue.element().since;
  }

  /** Whether there is one who has waited for longer than this. */
  boolean waitsLonger(Duration than, long now) {
    return !queue.isEmpty() && now - queue.element().since > than.toNanos();
  }

  void refuseAll(PgError error) {
    while (!queue.isEmpty()) {
      next().refused(error);
    }
  }

  /**
   * Tells everyone who has waited for so long, once.
   *
   * @param told runs for each of them whose client heard of it
   */
  void notice(Duration after, long now, Runnable told) {
    for (Waiting waiting : queue) {
      if (now - waiting.since < after.toNanos()) {
        return;
      }
      if (!waiting.noticed) {
        waiting.noticed = true;
        if (waiting.waiter.waitsLong()) {
          notices++;
          told.run();
        }
      }
    }
  }

  /** Clients that were told that they wait for long. */
  long notices() {
    return notices;
  }
}
