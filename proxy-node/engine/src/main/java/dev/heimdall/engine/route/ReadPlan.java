package dev.heimdall.engine.route;

import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.model.ClusterMembers;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Driver;
import dev.heimdall.model.NodeEntry;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.TargetServerType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Meaning of a driver's URLs for one version of a cluster: which of its servers take reads, which
 * before others, and with what weights, and where writes go.
 *
 * @param version of the topology that it is for; nodes are counted as there
 */
public record ReadPlan(long version, List<Entry> entries) {
  public ReadPlan {
    entries = List.copyOf(entries);
  }

  /**
   * One of several choices among which weights decide.
   *
   * @param ranks groups of hosts: those of the first group that has any eligible one are considered
   */
  record Entry(List<Rank> ranks) {
    Entry {
      ranks = List.copyOf(ranks);
    }
  }

  /**
   * Hosts whose turn it is at the same time.
   *
   * @param nodes in the order of the URL
   * @param weights of these nodes, in the same order
   * @param mask the same nodes as bits
   * @param spread whether they share the reads; else the first eligible one has all
   */
  record Rank(int[] nodes, int[] weights, long mask, boolean spread) {}

  /** The nodes that take reads, as bits. */
  long nodes() {
    long nodes = 0;
    for (Entry entry : entries) {
      for (Rank rank : entry.ranks()) {
        nodes |= rank.mask();
      }
    }
    return nodes;
  }

  /** The plan for reads. */
  public static ReadPlan of(Driver driver, DataSource source, Topology topology) {
    List<Entry> entries = new ArrayList<>();
    for (NodeEntry entry : driver.readers(members(source, topology))) {
      List<Rank> ranks = new ArrayList<>();
      for (int rank = 0; rank <= 1; rank++) {
        rank(entry, rank, topology).ifPresent(ranks::add);
      }
      if (!ranks.isEmpty()) {
        entries.add(new Entry(ranks));
      }
    }
    return new ReadPlan(topology.version(), entries);
  }

  /**
   * Destination of writes: the first host of the driver's URL that is the writer, or a name of
   * which the cluster knows nothing, such as its own endpoint. A server of the data source of which
   * it knows nothing is another name of one that it does know, a replica perhaps: it comes after
   * all others. Empty while there is none.
   */
  public static Optional<ServerAddress> writer(
      Driver driver, DataSource source, Topology topology) {
    Optional<ServerAddress> alias = Optional.empty();
    for (NodeEntry entry : driver.writers(members(source, topology))) {
      for (ServerAddress host : entry.hosts()) {
        Optional<TopologyNode> node = topology.node(host);
        if (node.isEmpty() && source.hosts().contains(host)) {
          alias = alias.or(() -> Optional.of(host));
        } else if (node.isEmpty()
            || (node.get().role() == NodeRole.WRITER
                && entry.target().rank(NodeRole.WRITER) != TargetServerType.NEVER)) {
          return Optional.of(host);
        }
      }
    }
    return alias;
  }

  /** Values of the variables of URLs. */
  private static ClusterMembers members(DataSource source, Topology topology) {
    return new ClusterMembers(
        source.listeners(),
        addresses(topology, NodeRole.WRITER),
        addresses(topology, NodeRole.REPLICA),
        Optional.of(source.writeEndpoint()),
        source.readEndpoint());
  }

  private static List<ServerAddress> addresses(Topology topology, NodeRole role) {
    return topology.nodes().stream()
        .filter(node -> node.role() == role)
        .map(TopologyNode::address)
        .toList();
  }

  private static Optional<Rank> rank(NodeEntry entry, int rank, Topology topology) {
    List<Integer> nodes = new ArrayList<>();
    List<Integer> weights = new ArrayList<>();
    long mask = 0;
    for (ServerAddress host : entry.hosts()) {
      int index = index(topology, host);
      if (index < 0 || (mask & 1L << index) != 0) {
        continue;
      }
      TopologyNode node = topology.nodes().get(index);
      int weight = node.weight().orElse(entry.weight());
      if (weight > 0 && entry.target().rank(node.role()) == rank) {
        nodes.add(index);
        weights.add(weight);
        mask |= 1L << index;
      }
    }
    return nodes.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Rank(
                nodes.stream().mapToInt(Integer::intValue).toArray(),
                weights.stream().mapToInt(Integer::intValue).toArray(),
                mask,
                entry.spread()));
  }

  private static int index(Topology topology, ServerAddress host) {
    for (int i = 0; i < topology.nodes().size() && i < Freshness.MOST_NODES; i++) {
      if (topology.nodes().get(i).address().equals(host)) {
        return i;
      }
    }
    return -1;
  }
}
