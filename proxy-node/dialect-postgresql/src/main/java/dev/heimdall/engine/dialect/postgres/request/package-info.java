/**
 * Messages that PostgreSQL clients send after their log-in: they are read, answered here where that
 * is possible, and otherwise sent in the server's terms. {@link
 * dev.heimdall.engine.dialect.postgres.request.PostgresSessions} is its entry point.
 */
package dev.heimdall.engine.dialect.postgres.request;
