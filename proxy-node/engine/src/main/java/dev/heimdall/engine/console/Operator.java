package dev.heimdall.engine.console;

import dev.heimdall.engine.client.Login;
import dev.heimdall.model.ConsoleRight;
import java.net.SocketAddress;

/**
 * Issuer of a command.
 *
 * @param vdb the virtual database whose port the client came to
 * @param database the database that the client named
 * @param holdsServer whether the user's session has a server connection, for which a command must
 *     not wait
 */
public record Operator(
    String user,
    ConsoleRight right,
    SocketAddress address,
    String vdb,
    String database,
    boolean holdsServer) {

  public static Operator of(Login login, String vdb, boolean holdsServer) {
    return new Operator(
        login.user(), login.right(), login.address(), vdb, login.database(), holdsServer);
  }
}
