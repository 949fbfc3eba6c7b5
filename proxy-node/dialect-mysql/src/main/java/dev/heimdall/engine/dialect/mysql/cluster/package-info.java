/**
 * How clusters of MySQL's and MariaDB's servers are watched: what their servers are asked over
 * JDBC, by which they say who replicates from whom and how far each is.
 */
package dev.heimdall.engine.dialect.mysql.cluster;
