package dev.heimdall.engine.admin;

import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Lsn;

/**
 * A server of a cluster.
 *
 * @param source the data source that the cluster is
 */
public record ClusterNodeRow(String source, TopologyNode node) {
  /** How far it is, in bytes, null where that is not known. */
  Long position() {
    return node.position() instanceof Lsn lsn ? lsn.bytes() : null;
  }

  /** A number of the server's, null where it is not known. */
  static Long known(long number) {
    return number == TopologyNode.UNKNOWN ? null : number;
  }
}
