package dev.heimdall.engine.admin;

import dev.heimdall.engine.topology.Topology;
import dev.heimdall.model.Consistency;
import dev.heimdall.model.StoreReach;

/**
 * A cluster that the node watches.
 *
 * @param source the data source that it is
 * @param reach whose writes to it the node hears of
 * @param connectedToPeers whether the node has certainly heard of what was written through other
 *     nodes
 */
public record ClusterRow(
    String source,
    Topology topology,
    Consistency consistency,
    StoreReach reach,
    boolean connectedToPeers) {}
