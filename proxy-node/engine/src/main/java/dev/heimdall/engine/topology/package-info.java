/**
 * State of a cluster at a moment, as immutable snapshots, the differences between two of them, and
 * the events of the cluster over time. Values only: nothing here asks a server, keeps a connection
 * or decides where a statement goes.
 */
package dev.heimdall.engine.topology;
