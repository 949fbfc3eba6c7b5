/** The node's own connections to servers of MySQL and MariaDB, over JDBC. */
package dev.heimdall.engine.dialect.mysql.jdbc;
