/**
 * The one way over which the node itself reaches databases, with JDBC: small pools of connections
 * to a data source, secured as its server connections are. What is asked over them is up to the
 * rooms that read the catalogue and carry out rule actions; nothing here may run on an event loop.
 */
package dev.heimdall.engine.jdbc;
