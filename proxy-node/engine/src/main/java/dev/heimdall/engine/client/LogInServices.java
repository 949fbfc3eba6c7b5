package dev.heimdall.engine.client;

/**
 * What log-ins at one listener, on one event loop, have to do with.
 *
 * @param protocol what clients speak
 * @param sessions what takes over after the log-in
 */
public record LogInServices(
    NodeAccess node,
    VdbAccess vdb,
    LoopAccess loop,
    ClientProtocol protocol,
    SessionFactory sessions) {

  /** Whether this is what the node's admin console is called here. */
  boolean isConsole(String database) {
    return node.settings().consoleDatabase(database, vdb.settings().vdb());
  }

  /**
   * How a session's client may log in again; null where there is no such thing. The session does
   * not keep the log-in that it comes from.
   */
  LogInAgain again() {
    return protocol.logsInAgain()
        ? (before, number) -> new ClientLogin(this, before, number)
        : null;
  }
}
