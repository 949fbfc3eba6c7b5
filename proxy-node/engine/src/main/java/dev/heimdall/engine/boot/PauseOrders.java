package dev.heimdall.engine.boot;

import dev.heimdall.engine.pool.VdbPools;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Orders to pause virtual databases. One that is given up leaves nothing behind, but it must not
 * undo the pause of another. Thread-safe.
 */
final class PauseOrders {
  private final Map<VdbPools, Integer> waiting = new HashMap<>();

  /** Paused by an order that was carried out: only RESUME ends that. */
  private final Set<VdbPools> lasting = Collections.newSetFromMap(new WeakHashMap<>());

  /**
   * Pauses all of them; what runs goes on until {@link #end} is told that it is over.
   *
   * @return how many were not paused before
   */
  synchronized int begin(List<VdbPools> all) {
    int paused = 0;
    for (VdbPools pools : all) {
      waiting.merge(pools, 1, Integer::sum);
      if (!pools.paused()) {
        pools.pause();
        paused++;
      }
    }
    return paused;
  }

  /**
   * An order ends.
   *
   * @param carriedOut false when it was given up
   */
  synchronized void end(List<VdbPools> all, boolean carriedOut) {
    for (VdbPools pools : all) {
      boolean last = waiting.merge(pools, -1, (a, b) -> a + b == 0 ? null : a + b) == null;
      if (carriedOut && pools.paused()) {
        lasting.add(pools);
      } else if (last && !lasting.contains(pools) && pools.paused()) {
        pools.resume();
      }
    }
  }

  /** Ends the pause; says whether there was one. */
  synchronized boolean resume(VdbPools pools) {
    lasting.remove(pools);
    if (!pools.paused()) {
      return false;
    }
    pools.resume();
    return true;
  }
}
