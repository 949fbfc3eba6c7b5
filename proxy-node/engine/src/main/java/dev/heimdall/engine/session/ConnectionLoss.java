package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.Ending;
import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.journal.Cause;
import dev.heimdall.engine.journal.HeldReply;
import dev.heimdall.engine.journal.Loss;
import dev.heimdall.engine.journal.LostClient;
import dev.heimdall.engine.journal.TransactionReplay;
import dev.heimdall.engine.lease.LeaseState;
import dev.heimdall.engine.lease.LostTransaction;
import dev.heimdall.engine.lease.ServerLease;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What a client sees when its server connection is lost: errors for pending replies, a transaction
 * that has failed and stays so over the next connection, or the end of the session when it depends
 * on what is gone.
 */
final class ConnectionLoss implements LostClient, LostTransaction {
  /** A statement whose connections are lost again and again may be the reason. */
  private static final int MOST_INCIDENTS = 3;

  /** So long after a server went its connections are found to be lost, one by one. */
  private static final long INCIDENT = TimeUnit.SECONDS.toNanos(2);

  /** Why a session was closed; for the log. */
  static final String AMID_MESSAGE = "the server connection was lost in the middle of a message";

  private final ClientSession session;
  private final LoopContext loop;
  private boolean transactionLost;

  /** How often something happened since the last answer that has cost the session connections. */
  private int incidents;

  private long lostAt;

  /** Why the transaction was lost, until the client's next statement has been told. */
  private ServerError untold;

  ConnectionLoss(ClientSession session, LoopContext loop) {
    this.session = session;
    this.loop = loop;
  }

  @Override
  public boolean transactionLost() {
    return transactionLost;
  }

  @Override
  public ServerError takeUntold() {
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
    if (session.transaction().heldBegin() != null && session.dialect().keepsFailedTransactions()) {
      failTransaction();
    }
  }

  /** The answer to a read that was read again is not the one that its client has had a part of. */
  void unlike(ServerError error, boolean cut) {
    if (cut) {
      loop.soon(() -> session.end().close(AMID_MESSAGE), session::failed);
    } else if (!session.closed()) {
      fail(error, 1, false);
    }
  }

  @Override
  public void failTransaction() {
    session.transaction().failed();
    if (session.dialect().keepsFailedTransactions()) {
      transactionLost = true;
    } else {
      endWithTransaction(errorOf(null));
    }
  }

  private void endWithTransaction(ServerError error) {
    session.end().fatal(error.asFatal(), "its transaction was lost with the server connection");
  }

  @Override
  public void failTransaction(ServerConnection connection, InternalQuery preparation) {
    connection.requests().failTransaction(preparation);
  }

  @Override
  public boolean failed(ServerConnection connection) {
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
    if (!session.closed()
        && !session.end().announced()
        && !transactionLost
        && session.sentUnits().transaction().takesOver(lossOf(from, lastError))) {
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
        boolean harmless = requests.lifecycle().running().harmless();
        boolean independent =
            session.status() == TransactionState.IDLE
                && !requests.streaming()
                && !lease.keepsServer()
                && !session.carried().unread();
        if (independent
            && session
                .sentUnits()
                .alone()
                .survivesLoss(error, causeOf(from, lastError), harmless, mayGoOn(), from)) {
          session.pendingReplies().forget();
          session.carried().lost();
          lease.become(LeaseState.READY);
          lease.resending().after(session.sentUnits().alone().beforeRetry());
        } else if (!independent
            || !session
                .sentUnits()
                .lost()
                .survive(from, from.cutReply(), session.transaction().begun(), error)) {
          tell(from, error);
        }
      }
    }
  }

  private Loss lossOf(ServerConnection from, ServerError lastError) {
    Unreplayed obstacle = null;
    if (session.lease().keepsServer()) {
      obstacle = Unreplayed.PINNED;
    } else if (session.listening().undecided()) {
      obstacle = Unreplayed.LISTEN;
    } else if (from.ending().side() == Ending.Side.PROTOCOL
        || (lastError != null && session.dialect().errors().timeLimit(lastError))) {
      obstacle = Unreplayed.SERVER;
    }
    // Where only the connection is lost the statement goes on, and what it locks is locked.
    Runnable cancel =
        lastError == null ? () -> session.node().connector().cancel(from, () -> {}) : () -> {};
    return new Loss(obstacle, cancel);
  }

  private Cause causeOf(ServerConnection from, ServerError lastError) {
    if (from.nothingLeft()) {
      return Cause.NEVER_SENT;
    }
    return lastError != null && session.dialect().errors().terminated(lastError)
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

  @Override
  public boolean mayGoOn() {
    return incidents <= MOST_INCIDENTS;
  }

  /** Something was answered over a server connection. */
  void answered() {
    incidents = 0;
  }

  private void tell(ServerConnection from, ServerError loss) {
    RequestReader requests = session.requests();
    ServerError error = certain(from) ? TransactionReplay.LOST : loss;
    SessionState carried = session.carried();
    incidents = 0;
    boolean cut = cutsMessage(from);
    session.sentUnits().alone().forget();
    session.sentUnits().forget();
    int lost = session.outstanding();
    boolean begun = session.transaction().begunSince(carried.done());
    boolean inTransaction = session.inTransaction() || begun;
    // Those of a transaction that is lost are rolled back.
    boolean settingsLost = !session.inTransaction() && carried.unread();
    if (!session.inTransaction()) {
      carried.keepReported();
    }
    unanswered(Set.of(), false);
    if (begun) {
      session.transaction().failed(); // its client has sent more of it, perhaps
    } else {
      session.transaction().lost();
    }
    if (cut) {
      // The client waits for the rest of a message: whatever came now would be taken for it.
      session.end().close(AMID_MESSAGE);
      return;
    }
    if (inTransaction && !session.dialect().keepsFailedTransactions()) {
      endWithTransaction(error);
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
    HeldReply reply = session.sentUnits().reply();
    if (reply.part().isLeftOut()) {
      return reply.part().cut();
    }
    return from != null && from.cutReply() && from.isFirst(session) && !reply.dropUndelivered();
  }

  @Override
  public void unanswered(Set<Long> again, boolean onward) {
    if (again.isEmpty()) {
      session.lifecycle().end();
    } else {
      session.lifecycle().takeBack(again, onward);
      session.carried().keepReported();
    }
    session.pendingReplies().forget();
    session.carried().lost();
    session.lease().captureLost();
    session.listening().lost();
  }

  @Override
  public void ready() {
    session.lease().become(LeaseState.READY);
  }

  @Override
  public void fail(ServerError error, int units, boolean open) {
    if (units == 0 && !open) {
      return;
    }
    session.lifecycle().side().end();
    ByteBuf out = session.channel().alloc().buffer(256);
    for (int i = 0; i < units; i++) {
      session.encoder().failure(error, session.status(), out);
    }
    if (open) {
      session.encoder().error(error, out);
      session.requests().skipToSync();
    }
    session.write(out);
  }

  @Override
  public boolean leavesServer() {
    if (session.state() == LeaseState.ACTIVE) {
      session.lease().putDown();
    }
    return session.state() == LeaseState.READY;
  }

  @Override
  public void rewind(byte[] held, boolean forReplica) {
    session.transaction().rewind(held, forReplica);
    ready();
  }

  @Override
  public void rollBack(Runnable then) {
    session.lease().stopWaiting();
    ServerConnection server = session.server();
    if (server == null) {
      then.run();
    } else if (session.state() == LeaseState.ACTIVE && server.quiet()) {
      server.requests().rollBack(new RollBack(then));
    } else {
      server.close("a transaction could not be run again on it");
    }
  }

  /** Ends a transaction that was run again with other answers. */
  private final class RollBack extends StateQuery {
    private final Runnable then;

    RollBack(Runnable then) {
      super("ROLLBACK");
      this.then = then;
    }

    @Override
    protected void ended(ServerConnection from, ServerError error) {
      if (session.closed()) {
        session.quietDone(from);
      } else if (!from.closed()) {
        session.lease().putDown();
        then.run();
      }
    }
  }

  @Override
  public void transactionFailed(ServerError error, int pending, boolean open, boolean cut) {
    session.transaction().failed();
    if (session.state() != LeaseState.READY) {
      ready();
    }
    if (cut) {
      session.end().close(AMID_MESSAGE);
    } else if (session.dialect().keepsFailedTransactions()) {
      answer(error, true, pending, open);
    } else {
      endWithTransaction(error);
    }
  }

  private void answer(ServerError error, boolean inTransaction, int pending, boolean open) {
    transactionLost = inTransaction;
    untold = inTransaction && pending == 0 && !open ? error : null;
    fail(error, pending, open);
    session.requests().process();
  }

  /**
   * Whether a transaction of a cluster was lost of which nothing was unanswered, or nothing of that
   * had left the node: no COMMIT.
   */
  private boolean certain(ServerConnection from) {
    return session.vdb().pools().led()
        && session.inTransaction()
        && (from.nothingLeft() || (session.outstanding() == 0 && !from.groupOpen()));
  }

  private static ServerError errorOf(ServerError lastError) {
    return lastError != null
        ? lastError.asError()
        : ServerError.error("08006", "the connection to the database server was lost")
            .withHint("Whether a statement that changes data took effect is not known.");
  }
}
