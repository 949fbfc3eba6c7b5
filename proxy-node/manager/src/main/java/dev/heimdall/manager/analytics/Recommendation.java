package dev.heimdall.manager.analytics;

import java.util.List;
import java.util.OptionalInt;

/**
 * Pattern whose results are worth being cached.
 *
 * @param readsPerSecond those that a cache could answer
 * @param writesPerSecond of its tables
 * @param hits share of these reads that the cache is expected to answer
 * @param match expression of the rule
 * @param lists rule lists that it can go to
 * @param staleness seconds for which a result may be served though it may be outdated; empty: none
 *     is outdated
 * @param enabled whether the virtual database's cache is on
 */
record Recommendation(
    QueryLine line,
    double readsPerSecond,
    double writesPerSecond,
    double hits,
    String match,
    List<String> lists,
    OptionalInt staleness,
    boolean enabled) {
  /** Time that clients would not wait, in microseconds for each second. */
  long savedMicrosPerSecond() {
    return Math.round(readsPerSecond * hits * line.sums().averageResponseMicros());
  }

  /** The rule that is recommended. */
  NewRule rule() {
    return NewRule.cache(line.key().text(), match, staleness);
  }
}
