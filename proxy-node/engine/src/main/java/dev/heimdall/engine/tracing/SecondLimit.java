package dev.heimdall.engine.tracing;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** So many a second and no more, for all event loops together and without locks. */
final class SecondLimit {
  private static final int COUNT_BITS = 24;
  private static final long COUNT = (1L << COUNT_BITS) - 1;

  private final long most;
  private final LongSupplier nanos;
  private final long begin;

  /** The second, and how many there were in it. */
  private final AtomicLong taken = new AtomicLong();

  SecondLimit(int most, LongSupplier nanos) {
    this.most = most;
    this.nanos = nanos;
    this.begin = nanos.getAsLong();
  }

  boolean take() {
    long second = TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong() - begin);
    while (true) {
      long now = taken.get();
      long next = now >>> COUNT_BITS == second ? now + 1 : second << COUNT_BITS | 1;
      if ((next & COUNT) > most) {
        return false;
      }
      if (taken.compareAndSet(now, next)) {
        return true;
      }
    }
  }
}
