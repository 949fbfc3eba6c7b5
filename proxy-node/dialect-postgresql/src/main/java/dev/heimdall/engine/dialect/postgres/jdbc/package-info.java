/** The node's own connections to servers of PostgreSQL, over JDBC. */
package dev.heimdall.engine.dialect.postgres.jdbc;
