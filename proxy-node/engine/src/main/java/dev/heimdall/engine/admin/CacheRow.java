package dev.heimdall.engine.admin;

import dev.heimdall.engine.cache.QueryCache;

/** How the cache of a virtual database does. */
public record CacheRow(String vdb, QueryCache.Figures figures) {
  /** Of a hundred statements that were looked for, so many were there. */
  long hitPercent() {
    long asked = figures.hits() + figures.misses();
    return asked == 0 ? 0 : 100 * figures.hits() / asked;
  }

  /** How it is with what the nodes keep for each other: {@code off} where they keep nothing. */
  String far() {
    return figures
        .far()
        .map(far -> !far.connected() ? "away" : far.reads().equals("closed") ? "on" : "not asked")
        .orElse("off");
  }

  long farMicros() {
    return figures.far().map(far -> far.times().percentile(99)).orElse(0L);
  }
}
