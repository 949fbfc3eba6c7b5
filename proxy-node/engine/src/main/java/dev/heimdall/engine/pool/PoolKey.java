package dev.heimdall.engine.pool;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.wire.Capabilities;

/**
 * Sessions with equal keys may use one another's server connections.
 *
 * @param database the server's name of the database
 * @param capabilities what clients have agreed on, and their servers have to
 */
public record PoolKey(String database, ServerCredential credential, Capabilities capabilities) {}
