package dev.heimdall.engine.pipeline;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Average durations of statements, by fingerprint, as the event loops of a node publish them to
 * each other. What one publishes the others go on from, so that all have about the same average of
 * all that was measured. Statements whose fingerprints share a slot evict each other; then each
 * loop knows its own. For any thread, without locks.
 */
public final class StatementTimes {
  /** A power of two. */
  private static final int SLOTS = 8192;

  private final AtomicReferenceArray<Average> averages = new AtomicReferenceArray<>(SLOTS);

  /** Average that one loop has published for a statement. */
  record Average(long high, long low, long micros) {
    boolean isOf(long otherHigh, long otherLow) {
      return high == otherHigh && low == otherLow;
    }
  }

  /** The average that was published last; null where there is none. */
  Average of(long high, long low) {
    Average known = averages.get(slot(low));
    return known != null && known.isOf(high, low) ? known : null;
  }

  /**
   * A loop has this average in microseconds. What is about the same is not published again, so that
   * loops seldom write.
   *
   * @return what is published now
   */
  Average publish(long high, long low, long micros) {
    Average known = of(high, low);
    if (known != null && Math.abs(known.micros() - micros) <= known.micros() >> 3) {
      return known;
    }
    Average published = new Average(high, low, micros);
    averages.set(slot(low), published);
    return published;
  }

  private static int slot(long low) {
    return (int) low & (SLOTS - 1);
  }
}
