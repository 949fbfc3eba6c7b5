/** Statements that rules forward to SQL Server. */
package dev.heimdall.engine.dialect.sqlserver.foreign;
