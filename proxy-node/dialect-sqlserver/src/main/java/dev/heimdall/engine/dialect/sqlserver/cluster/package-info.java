/**
 * Monitoring of clusters of SQL Server: the queries by which servers report their role in an
 * availability group, and how far each has redone the log.
 */
package dev.heimdall.engine.dialect.sqlserver.cluster;
