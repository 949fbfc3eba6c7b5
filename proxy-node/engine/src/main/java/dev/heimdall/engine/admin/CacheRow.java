package dev.heimdall.engine.admin;

import dev.heimdall.engine.cache.QueryCache;

/** How the cache of a virtual database does. */
public record CacheRow(String vdb, QueryCache.Figures figures) {
  /** Of a hundred statements that were looked for, so many were there. */
  long hitPercent() {
    long asked = figures.hits() + figures.misses();
    return asked == 0 ? 0 : 100 * figures.hits() / asked;
  }
}
