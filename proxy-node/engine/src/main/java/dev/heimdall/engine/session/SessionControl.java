package dev.heimdall.engine.session;

import dev.heimdall.engine.client.TimeLimits;
import dev.heimdall.engine.client.TimedClient;
import dev.heimdall.engine.lease.LeaseState;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;

/**
 * What ends or interrupts a session from outside of it: cancel requests, an operator's kill, the
 * node's drain, and the time limits of its settings and of rules.
 */
final class SessionControl implements TimedClient {
  private static final String TIMED_OUT = "canceling statement due to statement timeout";

  private final ClientSession session;
  private final LoopContext loop;
  private final TimeLimits limits = new TimeLimits(this);
  private boolean drains;

  SessionControl(ClientSession session, LoopContext loop) {
    this.session = session;
    this.loop = loop;
  }

  /**
   * Cancels what runs or waits; callable from any thread.
   *
   * @param done runs when the server has taken the request, if it got one
   */
  void cancelFromAnyThread(Runnable done) {
    loop.soon(
        () -> cancel("canceling statement due to user request", done),
        cause -> {
          session.failed(cause);
          done.run();
        });
  }

  private void cancel(String message, Runnable done) {
    if (session.sentUnits().transaction().active()) {
      session.sentUnits().transaction().cancel(ServerError.error("57014", message));
    } else if (session.console().busy()) {
      session.console().cancel();
    } else if (session.foreign().busy()) {
      session.counters().cancelled();
      session.foreign().cancel(ServerError.error("57014", message));
    } else if (session.lifecycle().held()
        && (session.outstanding() == 0 || session.server() == null)) {
      ServerError error = ServerError.error("57014", message);
      if (session.server() == null) {
        session.requests().refuse(error);
      } else {
        session.lifecycle().fail(error);
      }
    } else if (session.lease().resending().cancel()) {
      session.sentUnits().alone().refuse(ServerError.error("57014", message));
    } else if (session.lease().stopWaiting() || session.reads().stopAwaiting()) {
      session.requests().refuse(ServerError.error("57014", message));
    } else if (session.sharing().active()) {
      session.sharing().cancel(ServerError.error("57014", message), done);
      return;
    } else if (session.server() != null
        // A server that only waits for the rest of a batch ignores the request.
        && (session.outstanding() > 0 || session.requests().batchOpen())
        && session.state() == LeaseState.ACTIVE) {
      session.counters().cancelled();
      session.node().connector().cancel(session.server(), done);
      return;
    }
    done.run();
  }

  /** A rule's time limit for what runs is over. */
  void timeOver() {
    cancel(TIMED_OUT, () -> {});
  }

  void killFromAnyThread() {
    loop.soon(this::terminate, session::failed);
  }

  private void terminate() {
    session.fatal(
        ServerError.fatal("57P01", "terminating connection due to administrator command"));
  }

  /** The node drains: an idle session goes at once, a busy one after its transaction. */
  void drain() {
    drains = true;
    if (session.state() == LeaseState.STARTING || idle()) {
      terminate();
    }
  }

  /** The session goes if it is idle and has been for so long. */
  void endIfIdle(long nanos) {
    if (idle() && loop.now() - session.lastActivity() >= nanos) {
      terminate();
    }
  }

  private boolean idle() {
    return session.status() == TransactionState.IDLE
        && !session.sentUnits().transaction().active()
        && !session.lease().resending().pending()
        && !session.sentUnits().lost().underWay()
        && ((session.state() == LeaseState.READY && !session.busy())
            || (session.state() == LeaseState.ACTIVE && session.betweenTransactions()));
  }

  boolean drains() {
    return drains;
  }

  /** Ends a session of a node that drains instead of letting it begin another transaction. */
  boolean endsDrained() {
    if (drains
        && session.status() == TransactionState.IDLE
        && !session.sentUnits().transaction().active()) {
      terminate();
      return true;
    }
    return false;
  }

  /** Called about ten times a second. */
  void tick() {
    long now = loop.now();
    session.requests().audit(now);
    limits.check(session.vdb().settings().vdb().clients(), now);
  }

  @Override
  public long lastActivity() {
    return session.lastActivity();
  }

  @Override
  public boolean resting() {
    return !session.busy()
        && !serverTakesNoMore()
        && !session.console().busy()
        && !session.lease().resending().pending()
        && session.state() != LeaseState.WAITING
        && session.state() != LeaseState.STARTING;
  }

  /** It has taken part of a batch and is at work on it. */
  private boolean serverTakesNoMore() {
    return session.server() != null && !session.server().writable();
  }

  @Override
  public boolean inTransaction() {
    return session.inTransaction();
  }

  @Override
  public boolean batchOpen() {
    return session.requests().batchOpen();
  }

  @Override
  public boolean awaitsRestOfMessage() {
    return session.requests().awaitsRestOfMessage();
  }

  @Override
  public boolean overdue(long now, long nanos) {
    return session.pendingReplies().overdue(now, nanos);
  }

  /** A server that reads the rest of a message does not look at a cancel request. */
  @Override
  public void cancelOverdue() {
    if (session.requests().streaming()) {
      session.fatal(ServerError.fatal("57014", TIMED_OUT));
    } else {
      cancel(TIMED_OUT, () -> {});
    }
  }

  @Override
  public void fatal(ServerError error) {
    session.fatal(error);
  }
}
