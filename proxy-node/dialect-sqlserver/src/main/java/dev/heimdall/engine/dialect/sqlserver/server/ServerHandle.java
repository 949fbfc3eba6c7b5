package dev.heimdall.engine.dialect.sqlserver.server;

/**
 * A statement that a server has prepared.
 *
 * @param text a rule's, perhaps, and not the client's
 * @param cursors if cursors have its rows
 * @param database that was in use when it was prepared, and that its names are in
 */
record ServerHandle(int handle, String text, boolean cursors, String database) {}
