/**
 * Monitoring of PostgreSQL clusters: the queries to their servers over JDBC, and distances between
 * positions in the log.
 */
package dev.heimdall.engine.dialect.postgres.cluster;
