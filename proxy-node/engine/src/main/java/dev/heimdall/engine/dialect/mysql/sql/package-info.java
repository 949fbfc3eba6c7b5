/** What statements of MySQL and MariaDB are and do: text in, values out. */
package dev.heimdall.engine.dialect.mysql.sql;
