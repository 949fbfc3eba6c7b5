package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;

/**
 * Takes connections from their users whose server does not answer, or may not be the writer any
 * more, where others may answer what runs on them.
 */
final class Leaving {
  private final SharedPool shared;
  private final PooledConnections connections;
  private final WaitQueue waiters;
  private final LeftConnections left;

  Leaving(
      SharedPool shared, PooledConnections connections, WaitQueue waiters, LeftConnections left) {
    this.shared = shared;
    this.connections = connections;
    this.waiters = waiters;
    this.left = left;
  }

  /** Called about ten times a second. */
  void look(long now) {
    boolean directed = shared.scope().directed();
    if (directed) {
      leaveSilent();
    } else {
      takeReadsBack();
    }
    left.look(!directed || shared.scope().silent(), now);
  }

  void leaveSilent() {
    if (shared.scope().silent()) {
      waiters.writerSilent();
      for (ServerConnection connection : connections.all()) {
        // What several share is short.
        boolean isShort = connection.shared() || shared.scope().silentSince(connection.lastUsed());
        if (isShort && connection.delivery().answeredElsewhere()) {
          leave(connection, "the server is silent, and others may answer");
        }
      }
    }
  }

  /**
   * Reads that are unanswered while there is no writer go to replicas as soon as these may answer
   * them: a server that is silent keeps its connections open. What no replica can answer waits for
   * what comes of it.
   */
  void takeReadsBack() {
    for (ServerConnection connection : connections.all()) {
      if (connection.delivery().answeredElsewhere()) {
        leave(connection, "the server is not known to be the writer any more");
      }
    }
  }

  private void leave(ServerConnection connection, String why) {
    shared.moving(1);
    left.leave(connection, why);
  }
}
