/**
 * Monitoring of clusters of SQL Server: the queries by which servers report their role in an
 * availability group, and how far each has redone the log; and what the set-up of nodes for one has
 * to know.
 */
package dev.heimdall.engine.dialect.sqlserver.cluster;
