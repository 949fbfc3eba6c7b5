package dev.heimdall.engine.topology;

import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.util.Optional;

/** Servers as a tracker of their cluster has seen them. */
public final class TopologyNodes {
  private TopologyNodes() {}

  /** One that is not known to lag, and has begun its log. */
  public static TopologyNode node(ServerAddress address, NodeRole role, NodeState state, long at) {
    return node(address, role, state, new Lsn(1), 0, 0, at);
  }

  public static TopologyNode node(
      ServerAddress address,
      NodeRole role,
      NodeState state,
      Position position,
      long lagBytes,
      long lagMillis,
      long at) {
    return new TopologyNode(
        address,
        "",
        "",
        role,
        state,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        1,
        position,
        lagBytes,
        lagMillis,
        false,
        at,
        "reported by the test");
  }

  /** The same in another run of its process. */
  public static TopologyNode run(TopologyNode node, String run) {
    return with(node, run, node.weight());
  }

  /** The same with another weight. */
  public static TopologyNode weighing(TopologyNode node, int weight) {
    return with(node, node.run(), Optional.of(weight));
  }

  private static TopologyNode with(TopologyNode node, String run, Optional<Integer> weight) {
    return new TopologyNode(
        node.address(),
        node.name(),
        run,
        node.role(),
        node.state(),
        node.region(),
        node.zone(),
        weight,
        node.timeline(),
        node.position(),
        node.lagBytes(),
        node.lagMillis(),
        node.stopped(),
        node.at(),
        node.why());
  }
}
