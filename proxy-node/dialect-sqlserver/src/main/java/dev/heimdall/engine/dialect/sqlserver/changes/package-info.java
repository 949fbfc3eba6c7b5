/**
 * Change tracking of SQL Server: polls of a database that say which tables, and which rows of them,
 * were written past the nodes.
 */
package dev.heimdall.engine.dialect.sqlserver.changes;
