package dev.heimdall.engine.share;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts of the writes to each table that other nodes have reported. May be used from any thread.
 */
public final class WritesElsewhere {
  /** Tables that are counted; of others nothing is known. */
  private static final int MOST_TABLES = 10_000;

  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

  /** A transaction of another node has written these. */
  public void count(Collection<String> tables) {
    for (String table : tables) {
      LongAdder known = counts.get(table);
      if (known == null && counts.size() < MOST_TABLES) {
        known = counts.computeIfAbsent(table, name -> new LongAdder());
      }
      if (known != null) {
        known.increment();
      }
    }
  }

  /** Transactions that wrote it, since this node has begun to hear of them. */
  public long of(String table) {
    LongAdder known = counts.get(table);
    return known == null ? 0 : known.sum();
  }
}
