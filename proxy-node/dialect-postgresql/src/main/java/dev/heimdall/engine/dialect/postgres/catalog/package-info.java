/** What PostgreSQL's databases say of themselves: how their system tables are read. */
package dev.heimdall.engine.dialect.postgres.catalog;
