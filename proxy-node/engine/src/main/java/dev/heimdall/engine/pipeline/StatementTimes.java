package dev.heimdall.engine.pipeline;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * How long statements take on average, by fingerprint, as the event loops of a node tell each
 * other. Statements whose fingerprints share a place push each other out; then each loop knows its
 * own. For any thread.
 */
public final class StatementTimes {
  /** A power of two. */
  private static final int PLACES = 8192;

  private final AtomicReferenceArray<Average> averages = new AtomicReferenceArray<>(PLACES);

  private record Average(long high, long low, long micros) {
    boolean isOf(long otherHigh, long otherLow) {
      return high == otherHigh && low == otherLow;
    }
  }

  /** The average in microseconds that was told last; -1 where none is known. */
  long of(long high, long low) {
    Average known = averages.get(place(low));
    return known != null && known.isOf(high, low) ? known.micros() : -1;
  }

  /** A loop measured it; what is about the same is not told again, so that loops seldom write. */
  void tell(long high, long low, long micros) {
    Average known = averages.get(place(low));
    if (known == null
        || !known.isOf(high, low)
        || Math.abs(known.micros() - micros) > known.micros() >> 3) {
      averages.set(place(low), new Average(high, low, micros));
    }
  }

  private static int place(long low) {
    return (int) low & (PLACES - 1);
  }
}
