/** Queries to SQL Server for the set-up of nodes. */
package dev.heimdall.engine.dialect.sqlserver.setup;
