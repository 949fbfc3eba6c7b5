package dev.heimdall.engine.pool;

/**
 * Figures of connection sharing by the sessions of one pool on one loop.
 *
 * @param connections in whose pipeline statements are now
 * @param depth statements in them now
 * @param deepest most statements that one of them has had at a time
 * @param statements all that were sent over shared connections
 * @param queued those of them that were put behind another
 * @param moved those of them that ran elsewhere, because what stood first took too long
 */
public record LaneFigures(
    int connections, int depth, int deepest, long statements, long queued, long moved) {}
