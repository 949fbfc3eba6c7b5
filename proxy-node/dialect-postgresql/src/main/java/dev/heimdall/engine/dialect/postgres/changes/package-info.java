/**
 * Detection of writes to PostgreSQL that bypass the nodes: notifications of triggers ({@code
 * NotifiedTables}), and the stream of its log ({@code LogStream}). Over JDBC, on the feeds'
 * threads.
 */
package dev.heimdall.engine.dialect.postgres.changes;
