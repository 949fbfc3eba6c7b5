/**
 * SQL Server's SQL, read for the day on which nodes speak its protocol. Bytes in, values out;
 * nothing in here may know of sessions, connections and the wire.
 */
package dev.heimdall.engine.dialect.sqlserver.sql;
