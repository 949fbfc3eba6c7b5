package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.engine.pool.NamedLimits;
import dev.heimdall.engine.wire.ServerError;
import java.util.ArrayList;
import java.util.List;

/**
 * A client's slots under the limits of the node, the virtual database, the user and the database.
 */
final class ClientSlots {
  private final List<Runnable> returns = new ArrayList<>(5);

  /**
   * Acquires a slot under each limit.
   *
   * @return null, or why the client must be rejected; what was acquired is then still to be
   *     released
   */
  ServerError acquire(NodeAccess node, VdbAccess vdb, String user, String database) {
    AuthFailure full = full(node, vdb, user, database);
    return full == null ? null : Refusals.error(full);
  }

  private AuthFailure full(NodeAccess node, VdbAccess vdb, String user, String database) {
    if (!acquire(node.clients()) || !acquire(vdb.clients())) {
      return AuthFailure.tooManyClients();
    }
    if (!acquire(node.clientsOfUser().limits(), user) || !acquire(vdb.clientsOfUser(), user)) {
      return AuthFailure.tooManyConnectionsForRole(user);
    }
    if (!acquire(vdb.clientsOfDatabase(), database)) {
      return AuthFailure.tooManyConnectionsForDatabase(database);
    }
    return null;
  }

  private boolean acquire(Limit limit) {
    return limit.tryTake() && returns.add(limit::give);
  }

  private boolean acquire(NamedLimits limits, String name) {
    return limits.tryTake(name) && returns.add(() -> limits.give(name));
  }

  void release() {
    returns.forEach(Runnable::run);
    returns.clear();
  }
}
