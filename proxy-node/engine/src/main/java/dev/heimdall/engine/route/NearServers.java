package dev.heimdall.engine.route;

import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Finds the servers in the region whose servers answer reads before others. */
final class NearServers {
  private final Optional<String> named;
  private final Supplier<Optional<String>> own;

  /**
   * @param named by the configuration
   * @param own the node's region, as far as it is known; never waits
   */
  NearServers(Optional<String> named, Supplier<Optional<String>> own) {
    this.named = named;
    this.own = own;
  }

  /**
   * These servers.
   *
   * @return bit i stands for node i of the topology; 0 where all are in one region, or unknown
   */
  long of(Topology topology) {
    List<TopologyNode> nodes = topology.nodes();
    boolean several = nodes.stream().flatMap(node -> node.region().stream()).distinct().count() > 1;
    Optional<String> region = several ? named.or(own) : Optional.empty();
    long near = 0;
    for (int i = 0; region.isPresent() && i < nodes.size() && i < Freshness.MOST_NODES; i++) {
      near |= nodes.get(i).region().equals(region) ? 1L << i : 0;
    }
    return near;
  }
}
