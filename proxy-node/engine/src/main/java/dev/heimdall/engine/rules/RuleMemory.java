package dev.heimdall.engine.rules;

import dev.heimdall.engine.memory.CacheShare;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Maximum weight of the rules' caches of one event loop together, those of all virtual databases.
 * When they weigh more, all of them begin anew: what they hold is found again by trying the rules.
 */
public final class RuleMemory {
  private final CacheShare share;
  private final Set<LoopRules> all = Collections.newSetFromMap(new WeakHashMap<>());
  private long weight;
  private long entries;
  private long evictions;

  /**
   * @param share bytes that they may weigh
   */
  public RuleMemory(CacheShare share) {
    this.share = share;
  }

  void joined(LoopRules rules) {
    all.add(rules);
  }

  /** A cache has grown or shrunk. */
  void changed(long bytes, int count) {
    weight += bytes;
    entries += count;
    share.report(weight, entries, evictions);
  }

  boolean full() {
    return weight > share.limit();
  }

  /** Has all caches begin anew, if they still weigh too much without those that are unused. */
  void makeRoom() {
    count();
    if (full()) {
      evictions += entries;
      all.forEach(LoopRules::forget);
      count();
    }
    share.report(weight, entries, evictions);
  }

  private void count() {
    weight = all.stream().mapToLong(LoopRules::weight).sum();
    entries = all.stream().mapToLong(LoopRules::entries).sum();
  }
}
