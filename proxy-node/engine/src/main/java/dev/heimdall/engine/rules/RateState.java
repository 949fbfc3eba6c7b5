package dev.heimdall.engine.rules;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A rate: the time at which everything taken so far would be used up. It counts with {@link
 * System#nanoTime} values, which may be negative and wrap around.
 */
final class RateState {
  private static final long NEVER = Long.MIN_VALUE;

  private final AtomicLong usedUpAt = new AtomicLong(NEVER);

  /** Takes one if there is one; {@code burst} is how much time's worth may have been saved up. */
  boolean tryTake(long interval, long burst, long now, boolean counting) {
    while (true) {
      long before = usedUpAt.get();
      long from = from(before, now);
      // Without room for one whole interval nothing could ever be taken.
      if (from + interval - now > Math.max(burst, interval)) {
        return false;
      }
      if (!counting || usedUpAt.compareAndSet(before, from + interval)) {
        return true;
      }
    }
  }

  /** Takes one, and says in how many nanoseconds it is there. */
  long take(long interval, long burst, long now) {
    while (true) {
      long before = usedUpAt.get();
      long after = from(before, now) + interval;
      if (usedUpAt.compareAndSet(before, after)) {
        return Math.max(0, after - now - Math.max(burst, interval));
      }
    }
  }

  private static long from(long before, long now) {
    return before == NEVER || before - now < 0 ? now : before;
  }
}
