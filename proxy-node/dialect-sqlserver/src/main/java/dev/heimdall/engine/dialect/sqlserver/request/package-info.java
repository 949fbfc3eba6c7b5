/** Requests of SQL Server's clients: batches, RPCs, transaction manager requests, attention. */
package dev.heimdall.engine.dialect.sqlserver.request;
