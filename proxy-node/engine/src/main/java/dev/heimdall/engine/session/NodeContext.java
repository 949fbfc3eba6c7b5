package dev.heimdall.engine.session;

import dev.heimdall.engine.action.RuleActions;
import dev.heimdall.engine.auth.FailedLogIns;
import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.model.NodeSettings;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What all sessions of the node share.
 *
 * @param current the node's own settings of the moment
 * @param clients client connections of the whole node
 * @param clientsOfUser client connections of each user over all virtual databases
 * @param failedLogIns wrong passwords of late
 * @param offLoop where derivations of keys run, never an event loop
 * @param console the admin console's way in
 * @param actions what rules want done away from the event loops
 */
public record NodeContext(
    Supplier<NodeSettings> current,
    CancelRegistry cancels,
    ServerConnector connector,
    Limit clients,
    UserLimits clientsOfUser,
    NonceSource nonces,
    FailedLogIns failedLogIns,
    Executor offLoop,
    SessionEvents events,
    Console console,
    RuleActions actions) {

  /** The node's own settings as they are now: a reload changes them. */
  NodeSettings settings() {
    return current.get();
  }
}
