package dev.heimdall.engine.dialect.postgres.server;

import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.wire.ServerError;

/**
 * A statement of the node's own has failed that was sent ahead of a client's, and with it the
 * client's transaction, or what its statement needs: a cancel or a time limit was meant for the
 * client's. To the client that is the error of its own statement, whatever the server says to that.
 *
 * @param client whose statement follows
 */
record FailedAhead(ServerError error, ReplyOwner client) {
  private static final String IN_FAILED_TRANSACTION = "25P02";
  private static final String NO_SUCH_STATEMENT = "26000";

  /**
   * The error that is received for one that the server has sent.
   *
   * @param owner of the statement, or batch, that has had it; null for none
   */
  ServerError inPlaceOf(ServerError sent, ReplyOwner owner) {
    boolean follows =
        sent.sqlState().equals(IN_FAILED_TRANSACTION) || sent.sqlState().equals(NO_SUCH_STATEMENT);
    return owner == client && follows ? error : sent;
  }
}
