package dev.heimdall.engine.session;

import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.engine.pool.NamedLimits;
import java.util.ArrayList;
import java.util.List;

/**
 * A client's places under the limits of the node, the virtual database, the user and the database.
 */
final class Places {
  private final List<Runnable> returns = new ArrayList<>(5);

  /**
   * Takes a place under each limit.
   *
   * @return null, or why the client must be refused; what was taken is then still to be given back
   */
  AuthFailure take(NodeContext node, VdbContext vdb, String user, String database) {
    if (!take(node.clients()) || !take(vdb.clients())) {
      return AuthFailure.tooManyClients();
    }
    if (!take(node.clientsOfUser().limits(), user) || !take(vdb.clientsOfUser(), user)) {
      return AuthFailure.tooManyConnectionsForRole(user);
    }
    if (!take(vdb.clientsOfDatabase(), database)) {
      return AuthFailure.tooManyConnectionsForDatabase(database);
    }
    return null;
  }

  private boolean take(Limit limit) {
    return limit.tryTake() && returns.add(limit::give);
  }

  private boolean take(NamedLimits limits, String name) {
    return limits.tryTake(name) && returns.add(() -> limits.give(name));
  }

  void giveBack() {
    returns.forEach(Runnable::run);
    returns.clear();
  }
}
