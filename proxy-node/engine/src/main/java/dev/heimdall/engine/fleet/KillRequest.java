package dev.heimdall.engine.fleet;

/**
 * A client wants a session interrupted.
 *
 * @param session its number in the fleet
 * @param connection whether the session is to end, rather than what it runs
 * @param vdb the virtual database of both
 * @param user as whom the client has logged in
 * @param operator whether the client may use the admin console
 */
public record KillRequest(
    int session, boolean connection, String vdb, String user, boolean operator) {}
