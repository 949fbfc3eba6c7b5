/**
 * Writes that MySQL and MariaDB servers get past the nodes: which tables each transaction of the
 * binary log has written, which rows of them by the columns that are of use, and when it is
 * visible. What follows from a write is decided elsewhere.
 */
package dev.heimdall.engine.dialect.mysql.changes;
