/**
 * What a cluster looks like at a moment, as immutable snapshots, what differs between two of them,
 * and what became of it over time. Values only: nothing here asks a server, keeps a connection or
 * decides where a statement goes.
 */
package dev.heimdall.engine.topology;
