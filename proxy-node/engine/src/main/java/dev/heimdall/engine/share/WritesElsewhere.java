package dev.heimdall.engine.share;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts of the writes to each table that other nodes have reported. May be used from any thread.
 */
public final class WritesElsewhere {
  /** Tables that are counted; of others nothing is known. */
  private static final int MOST_TABLES = 10_000;

  private final Map<String, Count> counts = new ConcurrentHashMap<>();

  /**
   * Transactions that wrote a table.
   *
   * @param whole those of which nobody knows the rows
   */
  private record Count(LongAdder all, LongAdder whole) {}

  /**
   * A transaction of another node has written these.
   *
   * @param byRows those among them of which it has said which rows
   */
  public void count(Collection<String> tables, Set<String> byRows) {
    for (String table : tables) {
      Count known = counts.get(table);
      if (known == null && counts.size() < MOST_TABLES) {
        known = counts.computeIfAbsent(table, name -> new Count(new LongAdder(), new LongAdder()));
      }
      if (known != null) {
        known.all.increment();
        if (!byRows.contains(table)) {
          known.whole.increment();
        }
      }
    }
  }

  /** Transactions that wrote it, since this node has begun to hear of them. */
  public long of(String table) {
    Count known = counts.get(table);
    return known == null ? 0 : known.all.sum();
  }

  /** Those among them of which nobody knows the rows. */
  public long whole(String table) {
    Count known = counts.get(table);
    return known == null ? 0 : known.whole.sum();
  }
}
