package dev.heimdall.test.global;

import java.time.Duration;
import java.util.List;

/**
 * What reads may miss where nodes are configured with {@code cluster.failover.staleReads}: while
 * there is no writer, what was written so shortly before it answered last, or later.
 *
 * @param bound the setting; 0 where it is off
 * @param outages events, each of which may have left nodes without a writer until it was over
 */
record StaleReads(Duration bound, List<Occurrence> outages) {
  static final StaleReads OFF = new StaleReads(Duration.ZERO, List.of());

  /** By how much the last answer of a writer may be older than an event; nodes are busy. */
  private static final Duration UNANSWERED = Duration.ofSeconds(2);

  /** Whether a read may miss a write that it would have to see otherwise. */
  boolean mayMiss(Read read, Write write) {
    return !bound.isZero()
        && outages.stream()
            .filter(outage -> read.ended() > outage.began() && read.begun() < outage.over())
            .anyMatch(outage -> write.ended() > outage.began() - bound.plus(UNANSWERED).toNanos());
  }
}
