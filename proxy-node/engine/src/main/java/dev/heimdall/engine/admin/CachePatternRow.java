package dev.heimdall.engine.admin;

import dev.heimdall.engine.cache.CachePatterns;
import dev.heimdall.engine.observe.Uncached;
import java.util.Optional;

/** Cache statistics of statements of one pattern in a virtual database. */
public record CachePatternRow(String vdb, CachePatterns.Figures figures) {
  /** The most frequent reason as metrics have it; null where there was none. */
  String reason() {
    return Optional.ofNullable(figures.reason()).map(Uncached::label).orElse(null);
  }

  long seen() {
    return figures.hits() + figures.uncached();
  }
}
