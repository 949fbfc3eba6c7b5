package dev.heimdall.engine.dialect.postgres.server;

import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;

/**
 * A statement of the node's own has failed that was sent ahead of a client's, and the client's
 * transaction with it: a cancel or a time limit was meant for the client's. To the client that is
 * the error of its own statement, whatever the server says to that.
 */
record FailedAhead(ServerError error) {
  private static final String IN_FAILED_TRANSACTION = "25P02";

  /** The error that the client receives for one that the server has sent. */
  ServerError inPlaceOf(ServerError sent) {
    return sent.sqlState().equals(IN_FAILED_TRANSACTION) ? error : sent;
  }

  /**
   * Whether the transaction goes on, or the client has received the error.
   *
   * @param owner of the statement, or batch, that was answered last
   */
  boolean isOver(ReplyOwner owner, TransactionState status) {
    return status != TransactionState.FAILED || !owner.failsNext();
  }
}
