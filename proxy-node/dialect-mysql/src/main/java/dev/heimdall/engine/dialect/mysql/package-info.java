/** The protocol of MySQL and MariaDB, put together. */
package dev.heimdall.engine.dialect.mysql;
