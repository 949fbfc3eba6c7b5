package dev.heimdall.engine.admin;

import java.net.SocketAddress;

/**
 * Who gives a command.
 *
 * @param admin whether the configuration lists the user as an administrator
 */
public record AdminPrincipal(
    String user, boolean admin, SocketAddress address, boolean holdsServer) {
  /** Somebody whose session has no server connection. */
  public AdminPrincipal(String user, boolean admin, SocketAddress address) {
    this(user, admin, address, false);
  }
}
