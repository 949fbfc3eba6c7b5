package dev.heimdall.engine.console;

import java.net.SocketAddress;

/**
 * Who gives a command.
 *
 * @param admin whether the configuration lists the user as an administrator
 * @param holdsServer whether the user's session has a server connection, for which a command must
 *     not wait
 */
public record Operator(String user, boolean admin, SocketAddress address, boolean holdsServer) {
  /** Somebody whose session has no server connection. */
  public Operator(String user, boolean admin, SocketAddress address) {
    this(user, admin, address, false);
  }
}
