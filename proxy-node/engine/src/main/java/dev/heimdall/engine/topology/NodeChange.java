package dev.heimdall.engine.topology;

import dev.heimdall.model.ServerAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Difference for one server between two snapshots.
 *
 * @param before empty for a server that came
 * @param after empty for a server that went
 */
public record NodeChange(
    ServerAddress address, Optional<TopologyNode> before, Optional<TopologyNode> after) {
  /** All differences: first those of servers that stayed or came, then those that went. */
  public static List<NodeChange> between(Topology before, Topology after) {
    List<NodeChange> changes = new ArrayList<>();
    for (TopologyNode now : after.nodes()) {
      Optional<TopologyNode> old = before.node(now.address());
      if (old.isEmpty() || !old.get().sameShape(now)) {
        changes.add(new NodeChange(now.address(), old, Optional.of(now)));
      }
    }
    for (TopologyNode old : before.nodes()) {
      if (after.node(old.address()).isEmpty()) {
        changes.add(new NodeChange(old.address(), Optional.of(old), Optional.empty()));
      }
    }
    return changes;
  }

  /** True if another server answers at its address, or another run of it. */
  boolean replaced() {
    return before.isPresent() && after.isPresent() && after.get().replaces(before.get());
  }

  /** True if the server's role, state or run is another, or it came or went. */
  public boolean matters() {
    return before.isEmpty()
        || after.isEmpty()
        || replaced()
        || before.get().role() != after.get().role()
        || before.get().state() != after.get().state();
  }
}
