package dev.heimdall.engine.session.state;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import java.util.concurrent.TimeUnit;

/**
 * Losses of a session with its server connections: if its transaction is one that no server knows,
 * the part of that not reported to its client, and the number of connections lost since it was last
 * answered.
 */
public final class Losses {
  /** A statement whose connections are lost again and again may be the reason. */
  private static final int MOST_INCIDENTS = 3;

  /** So long after a server went its connections are found to be lost, one by one. */
  private static final long INCIDENT = TimeUnit.SECONDS.toNanos(2);

  private final ClientTransaction transaction;
  private final boolean kept;
  private boolean transactionLost;

  /**
   * Reason for the loss of the transaction, until it is the answer to the client's next statement.
   */
  private ServerError unreported;

  private int incidents;
  private long lostAt;

  /**
   * @param kept whether a transaction may be open that has failed; else it is over with the error
   */
  public Losses(ClientTransaction transaction, boolean kept) {
    this.transaction = transaction;
    this.kept = kept;
  }

  // ---- the transaction

  public boolean transactionLost() {
    return transactionLost;
  }

  /** Takes the error that the client's next statement gets in the place of being carried out. */
  public ServerError takeUntold() {
    ServerError error = unreported;
    if (error != null) {
      forgetUnreported();
    }
    return error;
  }

  /** A client that rolls a lost transaction back needs no report of the loss. */
  public void forgetUnreported() {
    if (unreported != null && !kept) {
      transactionLost = false;
      transaction.undone();
    }
    unreported = null;
  }

  /** True if a transaction is open that no server knows, and would be over by its end. */
  public boolean mayEnd() {
    return kept && (transactionLost || transaction.heldBegin() != null);
  }

  /**
   * A statement was rejected. If a BEGIN was to be sent ahead of it, none of its transaction may be
   * committed. A transaction that no server knows is over where the statement would have ended it:
   * a server ends one, too, whose COMMIT fails.
   *
   * @param ends whether the statement ends a transaction
   */
  public void rejected(boolean ends) {
    if (!mayEnd()) {
      return;
    }
    if (ends) {
      transaction.undone();
      transactionLost = false;
      unreported = null;
    } else if (!transactionLost) {
      failTransaction();
    }
  }

  /**
   * The client is in a transaction of which no server knows: that has failed. Where none stays so,
   * it is over.
   */
  public void failTransaction() {
    if (kept) {
      transaction.failed();
      transactionLost = true;
    } else {
      transaction.undone();
    }
  }

  /**
   * True if a transaction that has failed, and that no server knows of, is open until its client
   * rolls it back; else it is over with the error.
   */
  public boolean keepsFailed() {
    return kept;
  }

  /**
   * Notes that lost statements are about to be answered with an error.
   *
   * @param inTransaction whether the client is in a transaction, which no server knows of
   * @param answered whether the client waits for an answer, which is that error
   */
  public void reported(ServerError error, boolean inTransaction, boolean answered) {
    transactionLost = inTransaction && (kept || !answered);
    unreported = inTransaction && !answered ? error : null;
    if (inTransaction && !transactionLost) {
      transaction.undone();
    }
  }

  public void failTransaction(ServerConnection connection, InternalQuery preparation) {
    connection.requests().failTransaction(preparation);
  }

  public boolean failed(ServerConnection connection) {
    if (transactionLost && !connection.closed() && connection.status() == TransactionState.FAILED) {
      transactionLost = false;
      return true;
    }
    return false;
  }

  // ---- how often

  /**
   * Counts a lost connection. What is lost because one server went counts once, be it ever so many
   * connections: those that are tried one after the other were made before the first of them was
   * lost.
   *
   * @param createdAt when the connection was made
   */
  public void count(long createdAt, long now) {
    if (incidents == 0 || createdAt - lostAt > 0 || now - lostAt > INCIDENT) {
      incidents++;
      lostAt = now;
    }
  }

  /** True if what was lost may be tried again over another connection. */
  public boolean mayGoOn() {
    return incidents <= MOST_INCIDENTS;
  }

  /**
   * Notes that a server connection has delivered an answer, or that the loss was reported to the
   * client.
   */
  public void answered() {
    incidents = 0;
  }
}
