package dev.heimdall.engine.client;

import dev.heimdall.model.ConsoleRight;
import dev.heimdall.model.User;

/**
 * Environment of log-ins at one listener, on one event loop.
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

  /** True if this is what the node's admin console is called here. */
  boolean isConsole(String database) {
    return node.settings().consoleDatabase(database, vdb.settings().vdb());
  }

  /** Right of a user on that console. */
  ConsoleRight consoleRight(String user) {
    return vdb.settings().users().find(user).map(User::consoleRight).orElse(ConsoleRight.NONE);
  }
}
