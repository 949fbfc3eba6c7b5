package dev.heimdall.engine.admin;

import dev.heimdall.engine.topology.TopologyEvent;

/**
 * Event of a cluster.
 *
 * @param source the data source that the cluster is
 */
public record ClusterEventRow(String source, TopologyEvent event) {}
