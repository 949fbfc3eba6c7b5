package dev.heimdall.engine.session;

import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.cache.QueryCache;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.observe.Uncached;

/** Counts what becomes of a session's statements that rules want cached. */
final class CachedCounts {
  private final PoolMetrics counters;

  /** Of the statement that was sent last: what is wrong with its answer is known later. */
  private String sent;

  private PatternCounts sentCounts;

  CachedCounts(PoolMetrics counters) {
    this.counters = counters;
  }

  /**
   * A statement was looked for.
   *
   * @param pattern its text without values; null where nobody knows it
   * @param response how many microseconds its client has waited for it, if it was there
   */
  void looked(boolean hit, QueryCache cache, String pattern, long response) {
    counters.cached(hit);
    if (hit) {
      counters.queryFinished(0, response);
      counters.transactionFinished(0);
      if (cache != null && pattern != null) {
        cache.patterns().hit(pattern);
      }
    }
  }

  /**
   * It is not answered from the cache, or its answer, which has come, is not kept.
   *
   * @param counts where it is counted with those of its pattern; null for nowhere
   */
  void uncached(Uncached reason, QueryCache cache, String pattern, PatternCounts counts) {
    counters.uncached(reason);
    if (!reason.ofAnswer()) {
      sent = pattern;
      sentCounts = counts;
    }
    if (sentCounts != null) {
      sentCounts.uncached(reason);
    }
    if (cache != null && sent != null) {
      cache.patterns().uncached(sent, reason);
    }
  }
}
