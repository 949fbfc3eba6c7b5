/**
 * Commands that clients of MySQL and MariaDB send after their log-in: answered by the node, or sent
 * in the terms of the server connection that executes them. Bytes are read here; where a statement
 * goes and what keeps a connection are the neutral rooms' matter.
 */
package dev.heimdall.engine.dialect.mysql.request;
