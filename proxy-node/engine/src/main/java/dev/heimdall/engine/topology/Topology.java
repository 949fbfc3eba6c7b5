package dev.heimdall.engine.topology;

import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.util.List;
import java.util.Optional;

/**
 * A cluster at a moment. Positions and lags differ from one snapshot to the next; the version grows
 * when anything else does.
 *
 * @param version from 1; 0 before any server was asked
 * @param nodes in the order of the configuration, then those that the cluster named
 * @param lastWriter the writer as it was when it was last known how much of its data it could not
 *     lose any more, with that as its position; replicas are judged by it while there is no writer.
 *     Empty before the first, and where that is unknown
 * @param global what is known of the global cluster that it is, if it is one
 */
public record Topology(
    long version,
    List<TopologyNode> nodes,
    Optional<TopologyNode> lastWriter,
    GlobalTopology global) {
  public Topology {
    nodes = List.copyOf(nodes);
  }

  /** One of a single region. */
  public Topology(long version, List<TopologyNode> nodes, Optional<TopologyNode> lastWriter) {
    this(version, nodes, lastWriter, GlobalTopology.NONE);
  }

  /** One whose writer keeps all that it has. */
  public Topology(long version, List<TopologyNode> nodes) {
    this(version, nodes, nodes.stream().filter(node -> node.role() == NodeRole.WRITER).findFirst());
  }

  /** Topology that is known before any server was probed. */
  public static Topology unasked(List<ServerAddress> servers) {
    return new Topology(0, servers.stream().map(TopologyNode::unasked).toList());
  }

  /** The only server that takes writes; empty while none is known. */
  public Optional<TopologyNode> writer() {
    for (TopologyNode node : nodes) {
      if (node.role() == NodeRole.WRITER) {
        return Optional.of(node);
      }
    }
    return Optional.empty();
  }

  public Optional<TopologyNode> node(ServerAddress address) {
    for (TopologyNode node : nodes) {
      if (node.address().equals(address)) {
        return Optional.of(node);
      }
    }
    return Optional.empty();
  }

  /** True if any server is in this state. */
  public boolean has(NodeState state) {
    return nodes.stream().anyMatch(node -> node.state() == state);
  }

  /** True if any server is not as it should be. */
  public boolean degraded() {
    return writer().isEmpty() || nodes.stream().anyMatch(node -> node.state() != NodeState.UP);
  }

  /**
   * Returns the cluster with these servers: a new version if more than positions and lags differ.
   */
  public Topology with(
      List<TopologyNode> next, Optional<TopologyNode> nextLastWriter, GlobalTopology nextGlobal) {
    boolean same = version > 0 && nodes.size() == next.size() && global.sameShape(nextGlobal);
    for (int i = 0; same && i < next.size(); i++) {
      same = nodes.get(i).sameShape(next.get(i));
    }
    return new Topology(same ? version : version + 1, next, nextLastWriter, nextGlobal);
  }
}
