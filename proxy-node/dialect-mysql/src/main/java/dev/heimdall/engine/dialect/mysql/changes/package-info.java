/**
 * Writes that MySQL and MariaDB servers get past the nodes: which tables each transaction of the
 * binary log has written, and when it is visible. Reads no row; what follows from a write is
 * decided elsewhere.
 */
package dev.heimdall.engine.dialect.mysql.changes;
