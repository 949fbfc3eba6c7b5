/**
 * Effects of PostgreSQL statements on their session: the grammar that distinguishes them, over the
 * tokens of {@link PostgresLexer}. Bytes in, values out; nothing in here may know of sessions,
 * connections and the wire.
 */
package dev.heimdall.engine.dialect.postgres.sql;
