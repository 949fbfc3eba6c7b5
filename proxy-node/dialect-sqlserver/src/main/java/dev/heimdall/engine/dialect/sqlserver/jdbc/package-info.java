/** Connections of the node's own to SQL Server. */
package dev.heimdall.engine.dialect.sqlserver.jdbc;
