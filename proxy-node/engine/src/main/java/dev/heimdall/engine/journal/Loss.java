package dev.heimdall.engine.journal;

import dev.heimdall.engine.observe.Unreplayed;

/**
 * Facts known about a lost server connection.
 *
 * @param obstacle why nothing can be run again that depends on it; null when that may be
 * @param cancel ends there what goes on without the connection, and what it locks
 */
public record Loss(Unreplayed obstacle, Runnable cancel) {}
