package dev.heimdall.engine.dialect.postgres.server;

import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;

/**
 * With what a statement of the node's own has failed that was sent ahead of a client's, and the
 * client's transaction with it: a cancel or a time limit was meant for the client's. To the client
 * that is the error of its own statement, whatever the server says to that.
 */
final class FailedAhead {
  private static final String IN_FAILED_TRANSACTION = "25P02";

  /** Null where the statement that was answered last was none, or has not failed. */
  private ServerError ahead;

  /**
   * An error has come.
   *
   * @param owner of the statement that it answers; null where it answers none
   * @return what the owner is told: the same, or the one that has failed its transaction
   */
  ServerError told(ReplyOwner owner, ServerError error) {
    boolean refused = error.sqlState().equals(IN_FAILED_TRANSACTION);
    if (owner != null && owner.failsNext()) {
      ahead = refused ? null : error;
      return error;
    }
    return refused && ahead != null ? ahead : error;
  }

  /** The answer to a statement, or to a batch, has come to its end. */
  void answered(ReplyOwner owner, TransactionState status) {
    if (status != TransactionState.FAILED || !owner.failsNext()) {
      ahead = null;
    }
  }
}
