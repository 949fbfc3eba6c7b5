package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.FailedLogIns;
import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.model.NodeSettings;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * State shared by the log-ins of all clients of the node.
 *
 * @param current the node's own settings of the moment
 * @param clients client connections of the whole node
 * @param clientsOfUser client connections of each user over all virtual databases
 * @param failedLogIns wrong passwords of late
 * @param directory what decides on log-ins by the method {@code ldap}
 * @param offLoop where derivations of keys run, never an event loop
 */
public record NodeAccess(
    Supplier<NodeSettings> current,
    CancelRegistry cancels,
    ServerConnector connector,
    Limit clients,
    UserLimits clientsOfUser,
    NonceSource nonces,
    FailedLogIns failedLogIns,
    Directory directory,
    Executor offLoop,
    ClientEvents events) {

  /** The node's own settings as they are now: a reload changes them. */
  public NodeSettings settings() {
    return current.get();
  }
}
