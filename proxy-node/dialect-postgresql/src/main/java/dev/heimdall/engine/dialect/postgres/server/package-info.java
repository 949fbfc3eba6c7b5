/**
 * PostgreSQL's protocol from a client's side: log-in, requests of the node's own, reading replies,
 * cancel requests. It implements what {@code backend} asks of a protocol, and knows neither clients
 * nor pools.
 */
package dev.heimdall.engine.dialect.postgres.server;
