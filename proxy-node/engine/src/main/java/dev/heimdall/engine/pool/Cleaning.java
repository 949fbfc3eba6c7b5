package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.postgres.PgError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The connections that a session has given back and nobody else may have yet, and why. */
final class Cleaning {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LoopPool pool;
  private final Map<ServerConnection, Long> since = new HashMap<>();

  Cleaning(LoopPool pool) {
    this.pool = pool;
  }

  int size() {
    return since.size();
  }

  boolean contains(ServerConnection connection) {
    return since.containsKey(connection);
  }

  /** Says whether it was here. */
  boolean remove(ServerConnection connection) {
    return since.remove(connection) != null;
  }

  /** Keeps the connection until {@link #remove}; it was here since it first came. */
  void keep(ServerConnection connection) {
    since.putIfAbsent(connection, pool.context().now());
    pool.published();
  }

  /** Ends the transaction that was left open; what else was left is looked at then. */
  void rollBack(ServerConnection connection) {
    run(
        connection,
        "ROLLBACK",
        () -> {
          since.remove(connection);
          pool.release(connection);
        });
  }

  /** Makes the connection as good as new. */
  void discardAll(ServerConnection connection) {
    run(
        connection,
        "DISCARD ALL",
        () -> {
          connection.cleaned();
          pool.vdb().events().cleaned();
          since.remove(connection);
          pool.free(connection);
        });
  }

  private void run(ServerConnection connection, String statement, Runnable cleaned) {
    keep(connection);
    connection.query(
        statement,
        new InternalQuery() {
          @Override
          protected void done(ServerConnection from, PgError error) {
            if (error != null) {
              connection.close("it could not be cleaned");
            } else {
              cleaned.run();
            }
          }
        });
  }

  /**
   * PostgreSQL signals a process and its group, and the second signal may come late: it must meet a
   * statement of ours, not the next client's.
   */
  void absorbCancel(ServerConnection connection) {
    keep(connection);
    connection.query(
        "SELECT 1",
        new InternalQuery() {
          @Override
          protected void done(ServerConnection from, PgError error) {
            since.remove(connection);
            if (!connection.closed()) {
              pool.free(connection);
            }
          }
        });
  }

  /** Closes those that have been here for too long, though no cancel holds them back. */
  void expire(long now) {
    for (Map.Entry<ServerConnection, Long> entry : List.copyOf(since.entrySet())) {
      ServerConnection connection = entry.getKey();
      if (now - entry.getValue() > PATIENCE_NANOS && !connection.cancelling()) {
        connection.close("it could not be cleaned in time"); // which takes it out of here
      }
    }
  }
}
