package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.Cause;
import dev.heimdall.engine.lease.LeaseState;
import dev.heimdall.engine.lease.ServerLease;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;

/**
 * What a client sees when its server connection is lost: errors for what was owed, a transaction
 * that has failed and stays so over the next connection, or the end of the session when it depends
 * on what is gone.
 */
final class ConnectionLoss {
  /** A statement whose connections are lost again and again may be the reason. */
  private static final int MOST_INCIDENTS = 3;

  /** So long after a server went its connections are found to be lost, one by one. */
  private static final long INCIDENT = TimeUnit.SECONDS.toNanos(2);

  /** By which a server ends a session that it was told to end. */
  private static final String TERMINATED = "57P01";

  /** As for any transaction that may succeed when it is run again from its beginning. */
  static final ServerError TRANSACTION_LOST =
      ServerError.error("40001", "the transaction was lost together with its server")
          .withDetail("Nothing of it was committed.")
          .withHint("Run it again from its beginning.");

  private final ClientSession session;
  private boolean transactionLost;

  /** How often something happened since the last answer that has cost the session connections. */
  private int incidents;

  private long lostAt;

  /** Why the transaction was lost, until the client's next statement has been told. */
  private ServerError untold;

  ConnectionLoss(ClientSession session) {
    this.session = session;
  }

  /** Whether the client is in a transaction whose connection was lost. */
  boolean transactionLost() {
    return transactionLost;
  }

  /** What the client's next statement is to be told instead of being sent; null for nothing. */
  ServerError takeUntold() {
    ServerError error = untold;
    untold = null;
    return error;
  }

  /** A client that rolls a lost transaction back need not be told of the loss. */
  void forgetUntold() {
    untold = null;
  }

  /** A statement was refused ahead of which a BEGIN was to be sent: none of it may be committed. */
  void failHeldTransaction() {
    if (session.transaction().heldBegin() != null) {
      failTransaction();
    }
  }

  /** The client is in a transaction of which no server knows: it has failed. */
  void failTransaction() {
    session.transaction().failed();
    transactionLost = true;
  }

  /** Brings another connection to where the client is: in a transaction that has failed. */
  void failTransaction(ServerConnection connection, InternalQuery preparation) {
    connection.requests().failTransaction(preparation);
  }

  /** Whether the connection is now in the failed transaction that the client is in. */
  boolean failed(ServerConnection connection) {
    if (transactionLost && !connection.closed() && connection.status() == TransactionState.FAILED) {
      transactionLost = false;
      return true;
    }
    return false;
  }

  /**
   * The connection is lost.
   *
   * @param lastError a FATAL that the server sent before; or null
   */
  void lost(ServerConnection from, ServerError lastError) {
    count(from);
    if (session.sharing().survivesLoss(from)) {
      return;
    }
    ServerLease lease = session.lease();
    RequestReader requests = session.requests();
    session.writes().lost();
    session.reads().failed();
    lease.forgetServer();
    if (session.transactionReplay().takesOver(from, lastError)) {
      return;
    }
    ServerError error = errorOf(lastError);
    switch (lease.state()) {
      case CLOSED -> {}
      case STARTING -> {
        if (session.vdb().pools().led() && mayGoOn()) {
          lease.start();
        } else {
          session.fatal(error.asFatal());
        }
      }
      case SYNCING -> {
        lease.become(LeaseState.READY);
        if (session.vdb().pools().led() && mayGoOn()) {
          requests.process();
        } else {
          incidents = 0;
          if (requests.input().waits()) {
            requests.refuse(error);
          }
        }
      }
      default -> {
        boolean harmless = requests.course().running().harmless();
        boolean independent =
            session.status() == TransactionState.IDLE
                && !requests.streaming()
                && !lease.keepsServer()
                && !session.carried().unread();
        if (independent
            && requests.replay().survivesLoss(error, causeOf(lastError), harmless, from)) {
          requests.forgetSent();
          session.owed().forget();
          session.carried().lost();
          lease.become(LeaseState.READY);
          lease.resending().after(requests.replay().beforeRetry());
        } else if (!independent || !requests.lostReads().survive(from, error)) {
          tell(from, error);
        }
      }
    }
  }

  /**
   * A server that is stopped, or told to end a session, rolls back what runs and says so first. One
   * that crashes, or has given up waiting for its replicas, warns and says nothing of the kind.
   */
  private static Cause causeOf(ServerError lastError) {
    return lastError != null && lastError.isFatal() && lastError.sqlState().equals(TERMINATED)
        ? Cause.TERMINATED
        : Cause.CONNECTION_LOST;
  }

  /**
   * What is lost because one server went counts once, be it ever so many connections: those that
   * are tried one after the other were made before the first of them was lost.
   */
  private void count(ServerConnection from) {
    long now = from.context().now();
    if (incidents == 0 || from.createdAt() - lostAt > 0 || now - lostAt > INCIDENT) {
      incidents++;
      lostAt = now;
    }
  }

  /** Whether what was lost may be tried again over another connection. */
  boolean mayGoOn() {
    return incidents <= MOST_INCIDENTS;
  }

  /** Something was answered over a server connection. */
  void answered() {
    incidents = 0;
  }

  private void tell(ServerConnection from, ServerError loss) {
    RequestReader requests = session.requests();
    ServerError error = certain(from) ? TRANSACTION_LOST : loss;
    SessionState carried = session.carried();
    incidents = 0;
    boolean cut = cutsMessage(from);
    requests.replay().forget();
    requests.forgetSent();
    int lost = session.owed().forget();
    boolean begun = session.transaction().begunSince(carried.done());
    boolean inTransaction = session.inTransaction() || begun;
    // Those of a transaction that is lost are rolled back.
    boolean settingsLost = !session.inTransaction() && carried.unread();
    if (!session.inTransaction()) {
      carried.keepReported();
    }
    carried.lost();
    requests.course().end();
    if (begun) {
      session.transaction().failed(); // its client has sent more of it, perhaps
    } else {
      session.transaction().lost();
    }
    session.lease().captureLost();
    session.listening().lost();
    if (cut) {
      // The client waits for the rest of a message: whatever came now would be taken for it.
      session.end().close("the server connection was lost in the middle of a message");
      return;
    }
    if (requests.streaming() || session.lease().keepsServer() || settingsLost) {
      session
          .end()
          .fatal(
              settingsLost
                  ? error.asFatal().withDetail("Settings of the session were lost with it.")
                  : error.asFatal(),
              "the server connection it depends on was lost");
      return;
    }
    session.lease().become(LeaseState.READY);
    answer(error, inTransaction, lost, from.groupOpen());
  }

  /**
   * Whether the client waits for the rest of a message that comes from this connection, which will
   * have no rest: nothing else can be told then.
   */
  boolean cutsMessage(ServerConnection from) {
    return from.cutReply()
        && from.isFirst(session)
        && !session.requests().journal().reply().dropUndelivered();
  }

  /**
   * A transaction was lost and could not be run again.
   *
   * @param owed how many groups its client waits for the answer to
   * @param open whether the client has sent part of another
   */
  void failed(ServerError error, int owed, boolean open) {
    answer(error, true, owed, open);
  }

  private void answer(ServerError error, boolean inTransaction, int owed, boolean open) {
    transactionLost = inTransaction;
    untold = inTransaction && owed == 0 && !open ? error : null;
    ByteBuf out = session.channel().alloc().buffer(256);
    for (int i = 0; i < owed; i++) {
      session.encoder().failure(error, session.status(), out);
    }
    if (open) {
      session.encoder().error(error, out);
      session.requests().skipToSync();
    }
    session.write(out);
    session.requests().process();
  }

  /** Whether a transaction of a cluster was lost of which nothing was unanswered: no COMMIT. */
  private boolean certain(ServerConnection from) {
    return session.vdb().pools().led()
        && session.inTransaction()
        && session.outstanding() == 0
        && !from.groupOpen();
  }

  private static ServerError errorOf(ServerError lastError) {
    return lastError != null
        ? new ServerError(
            "ERROR",
            lastError.sqlState(),
            lastError.message(),
            lastError.detail(),
            lastError.hint())
        : ServerError.error("08006", "the connection to the database server was lost")
            .withHint("Whether a statement that changes data took effect is not known.");
  }
}
