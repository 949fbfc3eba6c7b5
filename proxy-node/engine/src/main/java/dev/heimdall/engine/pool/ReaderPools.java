package dev.heimdall.engine.pool;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.model.ServerAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The pools of one virtual database for the replicas of its cluster: those of each server by
 * themselves, made when a read is to go there for the first time. Thread-safe.
 */
public final class ReaderPools {
  private final Function<ServerAddress, VdbPools> making;
  private final Map<ServerAddress, VdbPools> pools = new ConcurrentHashMap<>();

  /** As the servers were when they answered last. */
  private final Map<ServerAddress, TopologyNode> answered = new ConcurrentHashMap<>();

  ReaderPools(Function<ServerAddress, VdbPools> making) {
    this.making = making;
  }

  /** The pools for this server. */
  public VdbPools at(ServerAddress server) {
    VdbPools known = pools.get(server);
    return known != null ? known : pools.computeIfAbsent(server, making);
  }

  /** All that there are. */
  public Collection<VdbPools> all() {
    return List.copyOf(pools.values());
  }

  /**
   * There is a new snapshot of the cluster. Connections to a server that is not what it was are
   * closed; new ones are used once their server has answered since they were made.
   */
  void seen(Topology topology) {
    pools.forEach(
        (server, its) -> {
          Optional<TopologyNode> node = topology.node(server);
          its.seen(node);
          if (node.isEmpty()) {
            pools.remove(server);
            its.retire("it is no server of the cluster any more");
            answered.remove(server);
          } else if (node.get().state() == NodeState.UP) {
            TopologyNode before = answered.put(server, node.get());
            if (before != null && node.get().replaces(before)) {
              its.replaced();
            }
            its.answered(node.get().at());
          } else if (!node.get().state().usable()) {
            its.lost(node.get().why());
          }
        });
  }

  /** Takes a new plan for the source that the servers belong to. */
  void update(PoolPlan plan) {
    pools.forEach((server, its) -> its.update(plan.at(server)));
  }

  /** There is no cluster any more: what runs comes to its end, and nothing new begins. */
  void retire() {
    pools.forEach(
        (server, its) -> {
          pools.remove(server);
          its.retire("its cluster is not used any more");
        });
  }
}
