/** Self-description of PostgreSQL databases: the reading of their system tables. */
package dev.heimdall.engine.dialect.postgres.catalog;
