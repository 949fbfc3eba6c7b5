package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * New connections to a replica that nobody may use yet. What is known of the server was answered
 * before they were made, perhaps by an earlier run of it that had come further: they are free when
 * it has answered again.
 */
final class Ripening {
  private final LoopPool pool;
  private final Set<ServerConnection> unripe = new LinkedHashSet<>();

  Ripening(LoopPool pool) {
    this.pool = pool;
  }

  int size() {
    return unripe.size();
  }

  boolean contains(ServerConnection connection) {
    return unripe.contains(connection);
  }

  void remove(ServerConnection connection) {
    unripe.remove(connection);
  }

  /** Takes a connection that was just made. */
  void take(ServerConnection connection) {
    if (pool.vdb().ripe(connection)) {
      pool.free(connection);
    } else {
      unripe.add(connection);
    }
  }

  /** The server has answered. */
  void look() {
    for (ServerConnection connection : List.copyOf(unripe)) {
      if (pool.vdb().ripe(connection)) {
        unripe.remove(connection);
        pool.free(connection);
      }
    }
  }
}
