/** PostgreSQL, put together of its parts. Only the start of a node picks it. */
package dev.heimdall.engine.dialect.postgres;
