package dev.heimdall.engine.rules;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts of one rule; they stay when the configuration changes but the rule does not. */
final class RuleState {
  private static final long SECOND = 1_000_000_000L;

  private final LongAdder hits = new LongAdder();
  private final AtomicLong excludable = new AtomicLong();
  private final AtomicLong sampled = new AtomicLong();
  private final RateState limit = new RateState();
  private final RateState rate = new RateState();
  private final AtomicInteger places = new AtomicInteger();
  private final AtomicLong nextMatch = new AtomicLong(Long.MIN_VALUE);

  void hit() {
    hits.increment();
  }

  long hits() {
    return hits.sum();
  }

  /** The rule's own rate, when it has no name for it. */
  RateState rate() {
    return rate;
  }

  /** The rule's own places, when it has no name for them. */
  AtomicInteger places() {
    return places;
  }

  /** The last of each {@code ratio} matches is excluded. */
  boolean isExcluded(int ratio, boolean counting) {
    long before = counting ? excludable.getAndIncrement() : excludable.get();
    return before % ratio == ratio - 1;
  }

  /** The first of each {@code ratio} matches is in the sample. */
  boolean isSampled(int ratio, boolean counting) {
    long before = counting ? sampled.getAndIncrement() : sampled.get();
    return before % ratio == 0;
  }

  /** True if the rule may match, at so many times a second with so many seconds saved up. */
  boolean isWithin(int perSecond, int burstSeconds, long now, boolean counting) {
    return limit.tryTake(Math.max(1, SECOND / perSecond), burstSeconds * SECOND, now, counting);
  }

  /** True if enough time has passed since the last match. */
  boolean isApart(long millis, long now, boolean counting) {
    long next = nextMatch.get();
    if (next != Long.MIN_VALUE && now - next < 0) {
      return false;
    }
    return !counting || nextMatch.compareAndSet(next, now + millis * 1_000_000L);
  }
}
