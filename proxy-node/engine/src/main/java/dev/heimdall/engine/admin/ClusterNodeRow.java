package dev.heimdall.engine.admin;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.TopologyNode;
import java.util.OptionalLong;

/**
 * A server of a cluster.
 *
 * @param source the data source that the cluster is
 */
public record ClusterNodeRow(String source, TopologyNode node) {
  /** Its position, in bytes, null where that is unknown. */
  Long position() {
    OptionalLong bytes = node.position().bytesOfLog();
    return bytes.isPresent() ? bytes.getAsLong() : null;
  }

  /** Its lag, in bytes; null where that is unknown, as for a server that is down. */
  Long lagBytes() {
    return known(node.lagBytes());
  }

  /** Its lag, in milliseconds; null where that is unknown, as for a server that is down. */
  Long lagMillis() {
    return known(node.lagMillis());
  }

  private Long known(long number) {
    return number == TopologyNode.UNKNOWN || node.state() == NodeState.DOWN ? null : number;
  }
}
