/**
 * Effects of MySQL and MariaDB statements on their session, and the meaning of their settings.
 * Bytes in, values out; nothing in here may know of sessions, connections and the wire.
 */
package dev.heimdall.engine.dialect.mysql.sql;
