package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.ServerError;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The connections that a session has given back and nobody else may have yet, and why. */
final class Cleaning {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final String CANCELLED = "57014";

  private final SecureRandom chance = new SecureRandom();
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

  /** Takes settings back that the connection cannot keep while nobody has it. */
  void restore(ServerConnection connection, Variables left) {
    run(
        connection,
        connection.applied().changeTo(left),
        () -> {
          connection.applied(left);
          connection.takeChangedReports();
          since.remove(connection);
          pool.release(connection);
        });
  }

  /** Sets a seed that nobody knows: what the next session gets by random() must not be foreseen. */
  void seed(ServerConnection connection) {
    seed(
        connection,
        () -> {
          since.remove(connection);
          pool.release(connection);
        });
  }

  private void seed(ServerConnection connection, Runnable seeded) {
    run(
        connection,
        "SELECT pg_catalog.setseed(" + chance.nextDouble(-1, 1) + ")",
        () -> {
          connection.seeded();
          seeded.run();
        });
  }

  /**
   * Makes the connection as good as new. DISCARD ALL leaves random() where a session's seed has put
   * it.
   */
  void discardAll(ServerConnection connection) {
    seed(connection, () -> {});
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

  private void run(ServerConnection connection, String sql, Runnable cleaned) {
    keep(connection);
    connection.query(
        sql,
        new StateQuery(sql.split("[ ;]", 2)[0]) {
          @Override
          protected void ended(ServerConnection from, ServerError error) {
            if (error == null) {
              cleaned.run();
            } else {
              connection.closeCondemned();
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
          protected void done(ServerConnection from, ServerError error) {
            since.remove(connection);
            if (connection.closed()) {
              return;
            }
            if (error == null || error.sqlState().equals(CANCELLED)) {
              pool.free(connection);
            } else {
              connection.closeForState("SELECT 1", error);
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
