/**
 * What statements of MySQL and MariaDB do to their session, and what their settings mean. Bytes in,
 * values out; nothing in here may know of sessions, connections and the wire.
 */
package dev.heimdall.engine.dialect.mysql.sql;
