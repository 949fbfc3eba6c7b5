/**
 * The MySQL protocol from a client's side: log-in, requests of the node's own, reading replies,
 * KILL QUERY. It implements what {@code backend} asks of a protocol, and knows neither clients nor
 * pools.
 */
package dev.heimdall.engine.dialect.mysql.server;
