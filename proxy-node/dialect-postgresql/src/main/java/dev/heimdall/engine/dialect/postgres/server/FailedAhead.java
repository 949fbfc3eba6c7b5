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

  /** What the client is told in place of an error. */
  ServerError told(ServerError said) {
    return said.sqlState().equals(IN_FAILED_TRANSACTION) ? error : said;
  }

  /**
   * Whether the transaction goes on, or the client has been told.
   *
   * @param owner of the statement, or batch, that was answered last
   */
  boolean isOver(ReplyOwner owner, TransactionState status) {
    return status != TransactionState.FAILED || !owner.failsNext();
  }
}
