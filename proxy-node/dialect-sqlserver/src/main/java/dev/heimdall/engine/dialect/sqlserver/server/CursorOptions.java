package dev.heimdall.engine.dialect.sqlserver.server;

/**
 * The numbers by which the cursors of a prepared statement are what its client wants.
 *
 * @param scroll how they scroll
 * @param locking how they lock
 */
public record CursorOptions(int scroll, int locking) {}
