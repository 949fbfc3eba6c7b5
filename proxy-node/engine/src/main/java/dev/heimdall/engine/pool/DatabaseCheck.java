package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.ServerError;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One question to the server over a pool's connection that is unused: may its role still use its
 * database? Servers that do not end the connections to a database that is dropped would reject a
 * client that such a connection waits for.
 */
final class DatabaseCheck extends InternalQuery implements Waiter {
  /** A log-in that other servers' clients wait for does not wait longer for a silent one. */
  private static final long LONGEST_MILLIS = 1_000;

  /** The class of errors that say the same if they are asked again. */
  private static final String LASTING = "42";

  private final LoopPool pool;
  private final Consumer<ServerError> outcome;
  private ScheduledFuture<?> deadline;
  private boolean over;

  /**
   * @param outcome the error by which the server denies the database, else null; called once, on
   *     the pool's loop, if there was something to ask
   */
  DatabaseCheck(LoopPool pool, Consumer<ServerError> outcome) {
    this.pool = pool;
    this.outcome = outcome;
  }

  /** Asks, if there is a connection at once and its protocol has such a question. */
  boolean begin() {
    ServerConnection connection = pool.acquire(this);
    if (connection == null) {
      pool.cancel(this); // another check was faster
      return false;
    }
    if (!connection.requests().checkDatabase(this)) {
      pool.release(connection);
      return false;
    }
    deadline =
        pool.context()
            .later(
                () -> connection.close("the server does not say whether its database is there"),
                LONGEST_MILLIS,
                TimeUnit.MILLISECONDS,
                connection::failed);
    return true;
  }

  @Override
  protected void done(ServerConnection from, ServerError error) {
    if (over) {
      return;
    }
    over = true;
    deadline.cancel(false);
    if (!from.closed()) {
      from.reported().takeChanged();
      pool.release(from);
    }
    boolean denied = error != null && !error.isFatal() && error.sqlState().startsWith(LASTING);
    outcome.accept(denied ? error : null);
  }

  @Override
  public Variables variables() {
    return Variables.NONE;
  }

  @Override
  public void acquired(ServerConnection connection) {
    throw new IllegalStateException("it does not wait");
  }

  /** It does not wait any more. */
  @Override
  public void refused(ServerError error) {}

  @Override
  public boolean waitsLong() {
    return false;
  }

  @Override
  public void failed(Throwable cause) {
    pool.failed(cause);
  }
}
