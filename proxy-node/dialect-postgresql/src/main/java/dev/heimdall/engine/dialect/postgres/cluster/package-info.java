/**
 * How clusters of PostgreSQL's servers are watched: what their servers are asked over JDBC, and how
 * far a position in the log is.
 */
package dev.heimdall.engine.dialect.postgres.cluster;
