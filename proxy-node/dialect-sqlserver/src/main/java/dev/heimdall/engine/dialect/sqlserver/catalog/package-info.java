/** What a SQL Server has in its databases: nothing is read yet. */
package dev.heimdall.engine.dialect.sqlserver.catalog;
