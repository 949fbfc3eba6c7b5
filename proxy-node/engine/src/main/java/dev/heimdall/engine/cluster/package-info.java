/**
 * Watches the clusters that data sources are: asks each server over JDBC what it is and how far it
 * is, on threads of its own, and publishes what follows as snapshots of {@code topology}. What else
 * servers can be asked before they have a node is here, too. Nothing here may run on an event loop,
 * know a session or decide where a statement goes.
 */
package dev.heimdall.engine.cluster;
