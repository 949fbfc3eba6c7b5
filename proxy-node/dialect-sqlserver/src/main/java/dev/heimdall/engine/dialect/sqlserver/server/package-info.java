/** The node as a client of SQL Server: log-in, requests one at a time, replies. */
package dev.heimdall.engine.dialect.sqlserver.server;
