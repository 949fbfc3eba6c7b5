package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateChange;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.TransactionState;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The connections that a session has returned and that are not clean yet, and why. */
final class Cleaning {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final SecureRandom chance = new SecureRandom();
  private final LoopContext context;
  private final LoopPool pool;
  private final Map<ServerConnection, Long> since = new HashMap<>();

  Cleaning(LoopContext context, LoopPool pool) {
    this.context = context;
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
    since.putIfAbsent(connection, context.now());
    pool.published();
  }

  /** Ends the transaction that was left open; what else was left is looked at then. */
  void rollBack(ServerConnection connection) {
    keep(connection);
    connection.requests().rollBack(new Step("ROLLBACK", () -> rolledBack(connection)));
  }

  /** Once is enough: a server that still has one would be asked without an end. */
  private void rolledBack(ServerConnection connection) {
    if (connection.status() == TransactionState.IDLE) {
      releaseAgain(connection);
    } else {
      connection.close("its transaction outlived ROLLBACK");
    }
  }

  /** Takes settings back that an idle connection cannot keep. */
  void restore(ServerConnection connection) {
    Variables left = connection.requests().restful(connection.applied());
    keep(connection);
    connection
        .requests()
        .change(
            new StateChange(connection.applied(), left),
            new Step(
                "RESET",
                () -> {
                  connection.applied(left);
                  connection.reported().takeChanged();
                  releaseAgain(connection);
                }));
  }

  /** Sets an unpredictable seed: what the next session gets by random() must not be foreseen. */
  void seed(ServerConnection connection) {
    seed(connection, () -> releaseAgain(connection));
  }

  private void releaseAgain(ServerConnection connection) {
    since.remove(connection);
    pool.release(connection);
  }

  private void seed(ServerConnection connection, Runnable seeded) {
    keep(connection);
    Runnable done =
        () -> {
          connection.residue().seeded();
          seeded.run();
        };
    if (!connection.requests().seed(chance.nextDouble(-1, 1), new Step("SELECT", done))) {
      done.run();
    }
  }

  /** Makes the connection as good as new, random numbers too. */
  void discardAll(ServerConnection connection) {
    seed(connection, () -> {});
    connection
        .requests()
        .reset(
            new Step(
                connection.requests().resetCommand(),
                () -> {
                  connection.cleaned();
                  since.remove(connection);
                  pool.cleaned(connection);
                }));
  }

  /** One step of cleaning, which ends the connection if it fails. */
  private static final class Step extends StateQuery {
    private final Runnable cleaned;

    Step(String statement, Runnable cleaned) {
      super(statement);
      this.cleaned = cleaned;
    }

    @Override
    protected void ended(ServerConnection from, ServerError error) {
      if (error == null) {
        cleaned.run();
      } else {
        if (from.residue().afterUse() != null) {
          from.end().close(from.residue().afterUse());
        }
      }
    }
  }

  /**
   * A cancel request may take effect late, a second time too (PostgreSQL signals a process and its
   * group): it must meet a statement of ours, not the next client's.
   */
  void absorbCancel(ServerConnection connection) {
    keep(connection);
    connection
        .requests()
        .probe(
            new InternalQuery() {
              @Override
              protected void done(ServerConnection from, ServerError error) {
                since.remove(connection);
                if (connection.closed()) {
                  return;
                }
                if (error == null || error.sqlState().equals(Sqlstate.QUERY_CANCELED)) {
                  pool.free(connection);
                } else {
                  connection.end().closeForState("SELECT", error);
                }
              }
            });
  }

  /** Closes those that have been here for too long, though no cancel holds them back. */
  void expire(long now) {
    for (Map.Entry<ServerConnection, Long> entry : List.copyOf(since.entrySet())) {
      ServerConnection connection = entry.getKey();
      if (now - entry.getValue() > LIMIT_NANOS && !connection.cancels().inProgress()) {
        connection.close("it could not be cleaned in time"); // which takes it out of here
      }
    }
  }
}
