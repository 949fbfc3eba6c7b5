package dev.heimdall.engine.pool;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/** Waiters for a server connection, in the order in which they came, with their start times. */
final class WaitQueue {
  /** Number of waiters from the front that are searched for one who would share. */
  private static final int LOOK = 128;

  private final LoopContext loop;
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private long notices;

  /** Those who would share a connection. */
  private int sharing;

  private static final class Waiting extends GuardedWaiter {
    final long since;
    final boolean shares;
    boolean noticed;

    Waiting(Waiter waiter, LoopContext loop, long since) {
      super(waiter, loop);
      this.since = since;
      this.shares = wouldShare();
    }
  }

  WaitQueue(LoopContext loop) {
    this.loop = loop;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  int size() {
    return queue.size();
  }

  void add(Waiter waiter, long now) {
    Waiting waiting = new Waiting(waiter, loop, now);
    queue.add(waiting);
    sharing += waiting.shares ? 1 : 0;
  }

  /** Says whether the waiter was here. */
  boolean remove(Waiter waiter) {
    for (Iterator<Waiting> each = queue.iterator(); each.hasNext(); ) {
      Waiting waiting = each.next();
      if (waiting.waiter == waiter) {
        each.remove();
        removed(waiting);
        return true;
      }
    }
    return false;
  }

  private Waiter removed(Waiting waiting) {
    sharing -= waiting.shares ? 1 : 0;
    return waiting;
  }

  /** Removes the first; there must be one. */
  Waiter next() {
    return removed(queue.remove());
  }

  /** Removes the first who would share and fits; null when there is none among the first ones. */
  Waiter nextSharing(Predicate<Waiter> fits) {
    if (sharing == 0) {
      return null;
    }
    int looked = 0;
    for (Iterator<Waiting> each = queue.iterator(); each.hasNext() && looked++ < LOOK; ) {
      Waiting waiting = each.next();
      if (waiting.shares && fits.test(waiting)) {
        each.remove();
        return removed(waiting);
      }
    }
    return null;
  }

  /** Those who need a connection of their own. */
  int sizeWithoutSharing() {
    return queue.size() - sharing;
  }

  /** The first, who stays; there must be one. */
  Waiter first() {
    return queue.element();
  }

  /** Since when the first has waited; there must be one. */
  long firstSince() {
    return queue.element().since;
  }

  /** Waiting time of the first waiter, in nanoseconds; 0 for none. */
  long longest() {
    return queue.isEmpty() ? 0 : loop.nanoTime() - firstSince();
  }

  /** True if there is one who has waited for longer than this. */
  boolean waitsLonger(Duration than, long now) {
    return !queue.isEmpty() && now - queue.element().since > than.toNanos();
  }

  void refuseAll(ServerError error) {
    while (!queue.isEmpty()) {
      next().refused(error);
    }
  }

  /** Tells everyone, in their order; some leave. */
  void writerLost() {
    List.copyOf(queue).forEach(Waiting::writerLost);
  }

  /** Notifies all waiters, in their order, that the writer is silent; some leave. */
  void writerSilent() {
    List.copyOf(queue).forEach(Waiting::writerSilent);
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
        if (waiting.waitsLong()) {
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
