package dev.heimdall.engine.observe;

import java.util.List;
import java.util.Map;

/**
 * What the node looks like at the moment of a scrape.
 *
 * @param reachable by virtual database, whether a server of it could be reached last
 */
public record NodeGauges(
    boolean ready, boolean draining, Map<String, Boolean> reachable, List<Pool> pools) {
  public NodeGauges {
    reachable = Map.copyOf(reachable);
    pools = List.copyOf(pools);
  }

  /**
   * One pool; counts of connections by state, {@code maxWaitMicros} how long the first in the queue
   * has waited.
   */
  public record Pool(
      PoolKey key,
      long clientsActive,
      long clientsIdle,
      long clientsWaiting,
      long clientsPinned,
      long serversActive,
      long serversIdle,
      long serversReset,
      long serversLogin,
      long size,
      long maxWaitMicros,
      boolean paused) {}
}
