package dev.heimdall.engine.pool;

import dev.heimdall.engine.auth.ServerCredential;

/**
 * Sessions with equal keys may use one another's server connections.
 *
 * @param database the server's name of the database
 */
public record PoolKey(String database, ServerCredential credential) {}
