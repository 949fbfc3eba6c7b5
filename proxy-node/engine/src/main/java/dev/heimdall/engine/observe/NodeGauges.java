package dev.heimdall.engine.observe;

import java.util.List;
import java.util.Map;

/**
 * What the node looks like at the moment of a scrape.
 *
 * @param reachable by virtual database, whether a server of it could be reached last
 */
public record NodeGauges(
    boolean ready,
    boolean draining,
    Map<String, Boolean> reachable,
    List<Pool> pools,
    List<ClusterNode> nodes) {
  public NodeGauges {
    reachable = Map.copyOf(reachable);
    pools = List.copyOf(pools);
    nodes = List.copyOf(nodes);
  }

  /**
   * A server of a cluster; lags are negative where nobody knows them.
   *
   * @param source the data source that the cluster is
   */
  public record ClusterNode(
      String source, String address, String role, boolean up, long lagBytes, long lagMillis) {}

  /**
   * One pool; counts of connections by state, {@code maxWaitMicros} how long the first in the queue
   * has waited.
   *
   * @param server the server of a cluster that its connections go to; else null
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
      boolean paused,
      String server) {
    /** Both as one: the same pool at two servers. */
    Pool and(Pool other) {
      return new Pool(
          key,
          clientsActive + other.clientsActive,
          clientsIdle + other.clientsIdle,
          clientsWaiting + other.clientsWaiting,
          clientsPinned + other.clientsPinned,
          serversActive + other.serversActive,
          serversIdle + other.serversIdle,
          serversReset + other.serversReset,
          serversLogin + other.serversLogin,
          size,
          Math.max(maxWaitMicros, other.maxWaitMicros),
          paused,
          null);
    }
  }
}
