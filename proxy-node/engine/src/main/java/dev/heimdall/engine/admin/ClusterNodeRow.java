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
  /** How far it is, in bytes, null where that is not known. */
  Long position() {
    OptionalLong bytes = node.position().bytesOfLog();
    return bytes.isPresent() ? bytes.getAsLong() : null;
  }

  /** How far it is behind, in bytes; null where that is not known, as of one that is down. */
  Long lagBytes() {
    return known(node.lagBytes());
  }

  /**
   * How far it is behind, in milliseconds; null where that is not known, as of one that is down.
   */
  Long lagMillis() {
    return known(node.lagMillis());
  }

  private Long known(long number) {
    return number == TopologyNode.UNKNOWN || node.state() == NodeState.DOWN ? null : number;
  }
}
