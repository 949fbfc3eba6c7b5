package dev.heimdall.engine.admin;

import dev.heimdall.engine.topology.TopologyNode;

/**
 * A server of a cluster.
 *
 * @param source the data source that the cluster is
 */
public record ClusterNodeRow(String source, TopologyNode node) {
  /** A number of the server's, null where it is not known. */
  static Long known(long number) {
    return number == TopologyNode.UNKNOWN ? null : number;
  }
}
