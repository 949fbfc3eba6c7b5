/**
 * Contents of SQL Server's databases, as their system views have them, and what the server brings
 * into each.
 */
package dev.heimdall.engine.dialect.sqlserver.catalog;
