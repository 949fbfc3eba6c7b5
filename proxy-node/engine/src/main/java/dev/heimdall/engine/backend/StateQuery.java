package dev.heimdall.engine.backend;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.TransactionState;

/**
 * A statement of the node's own that makes a server connection one session's, finds out what a
 * session has changed on it, or removes that again. If it fails, it is unknown what is set there:
 * the connection is closed, logged and counted, and no other session gets it. This is the only
 * place that judges such a failure, but for a connection whose session still needs it ({@link
 * ServerConnection#condemn}).
 */
public abstract class StateQuery extends InternalQuery {
  private final String statement;

  /**
   * @param statement what it does, in words for the log: its command, and no values
   */
  protected StateQuery(String statement) {
    this(statement, false);
  }

  protected StateQuery(String statement, boolean keepRows) {
    super(keepRows);
    this.statement = statement;
  }

  /**
   * It has ended; if it failed, the connection is closed, or will be when its session leaves it.
   */
  protected abstract void ended(ServerConnection from, ServerError error);

  @Override
  protected final void done(ServerConnection from, ServerError error) {
    if (error != null && !from.closed()) {
      if (from.status() == TransactionState.IDLE) {
        from.end().closeForState(statement, error);
      } else if (!error.sqlState().equals(Sqlstate.IN_FAILED_TRANSACTION)) {
        // It has failed the transaction of its session, which can still get the error.
        from.residue().condemn(statement, error);
      }
    }
    ended(from, error);
  }
}
