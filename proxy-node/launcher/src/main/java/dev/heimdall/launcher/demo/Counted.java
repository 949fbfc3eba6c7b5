package dev.heimdall.launcher.demo;

import java.util.stream.Stream;

/**
 * Counts of the node.
 *
 * @param fromCache reads that its cache has answered
 * @param notInCache reads that were looked for there and not found
 * @param outdated results that were let go of because their tables were written
 */
record Counted(long replicaReads, long fromCache, long notInCache, long outdated) {
  static final Counted NOTHING = new Counted(0, 0, 0, 0);

  /** Counts that a line of the node's metrics adds. */
  private static Counted of(String line) {
    long value = line.startsWith("#") ? 0 : (long) last(line);
    if (line.startsWith("heimdall_replica_reads_total{")) {
      return new Counted(value, 0, 0, 0);
    }
    if (line.startsWith("heimdall_query_cache_hits_total{")) {
      return new Counted(0, value, 0, 0);
    }
    if (line.startsWith("heimdall_query_cache_misses_total{")) {
      return new Counted(0, 0, value, 0);
    }
    if (line.startsWith("heimdall_query_cache_removed_total{")
        && line.contains("reason=\"written\"")) {
      return new Counted(0, 0, 0, value);
    }
    return NOTHING;
  }

  private static double last(String line) {
    return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
  }

  static Counted in(Stream<String> metrics) {
    return metrics.map(Counted::of).reduce(NOTHING, Counted::plus);
  }

  Counted plus(Counted other) {
    return new Counted(
        replicaReads + other.replicaReads,
        fromCache + other.fromCache,
        notInCache + other.notInCache,
        outdated + other.outdated);
  }

  Counted since(Counted before) {
    return new Counted(
        replicaReads - before.replicaReads,
        fromCache - before.fromCache,
        notInCache - before.notInCache,
        outdated - before.outdated);
  }

  /** Of a hundred reads that were looked for in the cache, so many were there; 0 of none. */
  long hitPercent() {
    return fromCache == 0 ? 0 : 100 * fromCache / (fromCache + notInCache);
  }
}
