package dev.heimdall.engine.catalog;

import dev.heimdall.engine.memory.CacheShare;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Memory limit for the catalogues of all databases together, whatever data sources they are of.
 * When they weigh more, those go that were not asked for longest. Thread-safe; never called with
 * the lock of a database held.
 */
public final class CatalogueMemory {
  private final CacheShare share;
  private final Map<WatchedDatabase, Long> weights = new HashMap<>();
  private long weight;
  private long evictions;

  /**
   * @param share bytes that they may weigh
   */
  public CatalogueMemory(CacheShare share) {
    this.share = share;
  }

  /** Bytes that one catalogue may weigh, if it is the only one. */
  long limit() {
    return share.limit();
  }

  /**
   * A database was read.
   *
   * @return databases that have to be forgotten
   */
  synchronized List<WatchedDatabase> holds(WatchedDatabase database, long weighs) {
    put(database, weighs);
    List<WatchedDatabase> evicted = new ArrayList<>();
    while (weight > share.limit() && weights.size() > 1) {
      WatchedDatabase oldest =
          weights.keySet().stream()
              .filter(one -> one != database)
              .min(Comparator.comparingLong(WatchedDatabase::lastUsed))
              .orElseThrow();
      remove(oldest);
      evictions++;
      evicted.add(oldest);
    }
    report();
    return evicted;
  }

  /** A database is not watched any more. */
  synchronized void left(WatchedDatabase database) {
    remove(database);
    report();
  }

  private void put(WatchedDatabase database, long weighs) {
    remove(database);
    weights.put(database, weighs);
    weight += weighs;
  }

  private void remove(WatchedDatabase database) {
    Long was = weights.remove(database);
    weight -= was == null ? 0 : was;
  }

  private void report() {
    share.report(weight, weights.size(), evictions);
  }
}
