/**
 * Monitoring of MySQL and MariaDB clusters: JDBC queries by which servers report who replicates
 * from whom and how far each is.
 */
package dev.heimdall.engine.dialect.mysql.cluster;
