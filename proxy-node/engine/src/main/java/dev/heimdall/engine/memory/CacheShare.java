package dev.heimdall.engine.memory;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Share of one cache in the budget, and its use of it. One thread writes at a time, any may read:
 * who reads may see what was true a moment ago.
 */
public final class CacheShare {
  private final BudgetedCache cache;
  private final long limit;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong entries = new AtomicLong();
  private final AtomicLong evictions = new AtomicLong();

  CacheShare(BudgetedCache cache, long limit) {
    this.cache = cache;
    this.limit = limit;
  }

  /** Bytes that all entries together may weigh. */
  public long limit() {
    return limit;
  }

  /**
   * The cache has changed.
   *
   * @param evicted entries that had to go, ever
   */
  public void report(long weight, long count, long evicted) {
    bytes.lazySet(weight);
    entries.lazySet(count);
    evictions.lazySet(evicted);
  }

  BudgetedCache cache() {
    return cache;
  }

  long bytes() {
    return bytes.get();
  }

  CacheUse use() {
    return new CacheUse(cache, bytes.get(), limit, entries.get(), evictions.get());
  }
}
