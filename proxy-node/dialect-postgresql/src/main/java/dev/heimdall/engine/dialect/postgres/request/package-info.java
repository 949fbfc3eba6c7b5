/**
 * What PostgreSQL's clients send after their log-in: messages are read, answered here where that is
 * possible, and else sent in the server's terms. {@link
 * dev.heimdall.engine.dialect.postgres.request.PostgresSessions} is its entry point.
 */
package dev.heimdall.engine.dialect.postgres.request;
