package dev.heimdall.engine.admin;

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

  /** A number of the server's, null where it is not known. */
  static Long known(long number) {
    return number == TopologyNode.UNKNOWN ? null : number;
  }
}
