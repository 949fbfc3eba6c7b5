/** The admin database as SQL Server's clients see it. */
package dev.heimdall.engine.dialect.sqlserver.console;
