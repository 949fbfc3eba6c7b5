package dev.heimdall.engine.dialect;

import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramKeyCache;
import java.util.concurrent.Executor;

/**
 * Services of the node that dialects use.
 *
 * @param keyCache keys of passwords that servers have asked for
 * @param offLoop where keys and proofs are made that take milliseconds
 */
public record NodeServices(ScramKeyCache keyCache, NonceSource nonces, Executor offLoop) {}
