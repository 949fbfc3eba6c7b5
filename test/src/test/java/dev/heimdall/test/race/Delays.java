package dev.heimdall.test.race;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Rests of nodes and of the ways between them: which of them are taken, and how long, is seeded.
 */
final class Delays {
  /** One step in so many rests. */
  private static final int ONE_IN = 6;

  private static final int MOST_NANOS = 1_000_000;

  private final long seed;
  private final AtomicLong drawn = new AtomicLong();

  Delays(long seed) {
    this.seed = seed;
  }

  private SplittableRandom next() {
    return new SplittableRandom(seed ^ (drawn.incrementAndGet() * 0x9E3779B97F4A7C15L));
  }

  /** The calling thread rests, or does not. */
  void rest() {
    long nanos = one(ONE_IN, MOST_NANOS);
    if (nanos > 0) {
      LockSupport.parkNanos(nanos);
    }
  }

  /** For a way on which one piece in so many waits, for up to so many nanoseconds. */
  LongSupplier pieces(int oneIn, int nanos) {
    return () -> one(oneIn, nanos);
  }

  private long one(int oneIn, int nanos) {
    SplittableRandom random = next();
    return random.nextInt(oneIn) == 0 ? random.nextInt(nanos) : 0;
  }
}
