/**
 * SQL Server's SQL. Bytes in, values out; nothing in here may know of sessions, connections and the
 * wire.
 */
package dev.heimdall.engine.dialect.sqlserver.sql;
