package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.client.WaitReason;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.pool.PoolAnomaly;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.session.caching.CachedReads;
import dev.heimdall.engine.session.lease.LeaseState;
import dev.heimdall.engine.session.lease.PendingReplies;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.sharing.PipelineSharing;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.TransactionState;

/**
 * Ends or interrupts a session from outside of it: cancel requests, an operator's kill, the node's
 * drain, and the time limits of its settings and of rules.
 */
final class SessionControl {
  private static final ServerError TIMED_OUT =
      ServerError.error(Sqlstate.QUERY_CANCELED, "canceling statement due to statement timeout")
          .because(ServerError.Cause.TIME_LIMIT);

  private final RequestReader requests;
  private final ClientOutput output;
  private final SentUnits sent;
  private final StatementLifecycle lifecycle;
  private final ClientTransaction transaction;
  private final PendingReplies pending;
  private final ServerLease lease;
  private final PipelineSharing sharing;
  private final ReplicaReads reads;
  private final CachedReads cached;
  private final ForeignCalls foreign;
  private final ConsoleCommands console;
  private final SessionStart start;
  private final SessionEnd end;
  private final VdbContext vdb;
  private final ServerConnector connector;
  private final PoolMetrics counters;
  private final LoopContext loop;
  private final SessionContext session;
  private final OwnIdleLimits own;
  private final LastRequests last;
  private final TimeLimits limits = new TimeLimits(this);
  private final UnansweredCancel unanswered = new UnansweredCancel();
  private boolean drains;
  private boolean departs;

  SessionControl(
      SessionContext session,
      RequestReader requests,
      StatementLifecycle lifecycle,
      PipelineSharing sharing,
      ReplicaReads reads,
      CachedReads cached,
      ForeignCalls foreign,
      ConsoleCommands console,
      SessionEnd end) {
    this.requests = requests;
    this.output = session.output();
    this.sent = session.sent();
    this.lifecycle = lifecycle;
    this.transaction = session.transaction();
    this.pending = session.pending();
    this.lease = session.lease();
    this.sharing = sharing;
    this.reads = reads;
    this.cached = cached;
    this.foreign = foreign;
    this.console = console;
    this.start = session.start();
    this.end = end;
    this.own = end.own();
    this.vdb = session.vdb();
    this.connector = session.connector();
    this.counters = session.counters();
    this.loop = session.loop();
    this.session = session;
    this.last =
        new LastRequests(session, requests.input(), end, requests::awaitsRest, this::nothingRuns);
  }

  /**
   * Cancels what runs or waits; callable from any thread.
   *
   * @param done runs when the server has taken the request, if it got one
   */
  void cancelFromAnyThread(Runnable done) {
    loop.soon(
        () ->
            cancel(
                ServerError.error(
                    Sqlstate.QUERY_CANCELED, "canceling statement due to user request"),
                done),
        cause -> {
          session.failed(cause);
          done.run();
        });
  }

  private void cancel(ServerError error, Runnable done) {
    WaitReason reason = waitReason();
    if (reason == null) {
      done.run();
      return;
    }
    switch (reason) {
      case TRANSACTION_REPLAY -> sent.transaction().cancel(error);
      case ADMIN_COMMAND -> console.cancel();
      case FORWARDED -> {
        counters.cancelled();
        foreign.cancel(error);
      }
      case RULE -> {
        if (lease.server() == null) {
          requests.refuse(error);
        } else {
          lifecycle.fail(error);
        }
      }
      case RETRY -> {
        lease.resending().cancel();
        sent.alone().refuse(error);
      }
      case CONNECTION -> refuseIf(lease.waiting().stop(), error);
      case REPLICA -> refuseIf(reads.stopAwaiting(), error);
      case EQUAL_READ -> refuseIf(cached.stopWaiting(), error);
      case SESSION_SETTINGS -> {
        requests.refuse(error);
        counters.cancelled();
      }
      case SHARED_REPLY -> {
        sharing.cancel(error, done);
        return;
      }
      case REPLY -> {
        counters.cancelled();
        requests.handler().interrupts(error);
        connector.cancel(lease.server(), done);
        return;
      }
      case REPEATED_READ, TRIGGER, SHARED_CACHE, MEMORY -> {} // they end by themselves, and soon
    }
    done.run();
  }

  private void refuseIf(boolean stopped, ServerError error) {
    if (stopped) {
      requests.refuse(error);
    }
  }

  /**
   * Reason why the client's statement does not go on; null where the session waits for nothing but
   * its client.
   */
  WaitReason waitReason() {
    if (sent.transaction().active()) {
      return WaitReason.TRANSACTION_REPLAY;
    } else if (console.busy()) {
      return WaitReason.ADMIN_COMMAND;
    } else if (foreign.busy()) {
      return WaitReason.FORWARDED;
    } else if (lifecycle.held() && (pending.outstanding() == 0 || lease.server() == null)) {
      return WaitReason.RULE;
    } else if (lease.resending().pending()) {
      return WaitReason.RETRY;
    } else if (lease.state() == LeaseState.WAITING) {
      return WaitReason.CONNECTION;
    } else if (reads.awaits()) {
      return WaitReason.REPLICA;
    } else if (cached.awaitsEqual()) {
      return WaitReason.EQUAL_READ;
    } else if (lease.preparing() && pending.outstanding() == 0 && requests.waitsWhole()) {
      return WaitReason.SESSION_SETTINGS;
    } else if (sharing.active()) {
      return WaitReason.SHARED_REPLY;
    } else if (lease.server() != null
        // A server that only waits for the rest of a batch ignores a cancel request.
        && (pending.outstanding() > 0 || pending.unitOpen() || awaitsOwnStatement())
        && lease.state() == LeaseState.ACTIVE) {
      return WaitReason.REPLY;
    } else if (sent.lost().underWay()) {
      return WaitReason.REPEATED_READ;
    } else if (lifecycle.side().busy()) {
      return WaitReason.TRIGGER;
    } else if (cached.waits()) {
      return WaitReason.SHARED_CACHE;
    }
    return requests.awaitsRoom() ? WaitReason.MEMORY : null;
  }

  /** True if a statement waits of which nothing is handled. */
  boolean holdsWhole() {
    return requests.waitsWhole();
  }

  /** True if the client's statement is sent when one of the node's own is answered. */
  private boolean awaitsOwnStatement() {
    return requests.blocked() && lease.server().runsAheadOf(session.owner());
  }

  /** A rule's time limit for what runs is over. */
  void timeOver() {
    cancelLate();
  }

  private void cancelLate() {
    if (lease.server() != null) {
      unanswered.sent(lease.server(), pending.done(), loop.now());
    }
    cancel(TIMED_OUT, () -> {});
  }

  void killFromAnyThread(ServerError why) {
    loop.soon(() -> end.fatal(why), session::failed);
  }

  void terminate() {
    end.fatal(
        ServerError.fatal(
            Sqlstate.ADMIN_SHUTDOWN, "terminating connection due to administrator command"));
  }

  /** The node drains: an idle session goes at once, a busy one after its transaction. */
  void drain() {
    if (cached.stopWaiting()) {
      requests.process(); // its statement has come before
    }
    drains = true;
    if (lease.state() == LeaseState.STARTING) {
      end.fatal(ServerError.nodeStops());
    } else if (idle()) {
      terminate();
    }
  }

  /** The session goes if it is idle and has been for so long. */
  void endIfIdle(long nanos) {
    if (idleFor(nanos)) {
      terminate();
    }
  }

  /** True if the session has been idle for so long. */
  boolean idleFor(long nanos) {
    return idle() && loop.now() - pending.lastActivity() >= nanos;
  }

  private boolean idle() {
    return !last.begun()
        && !pending.restAwaited()
        && transaction.status() == TransactionState.IDLE
        && !sent.transaction().active()
        && !lease.resending().pending()
        && !sent.lost().underWay()
        && !cached.waits()
        && ((lease.state() == LeaseState.READY && !pending.awaited())
            || (lease.state() == LeaseState.ACTIVE && betweenTransactions()));
  }

  /** True if it has no server connection, and nothing that was sent before is in progress. */
  boolean rests() {
    return lease.state() == LeaseState.READY
        && lease.server() == null
        && idle()
        && !sent.silent()
        && !console.busy()
        && !foreign.busy()
        && !drains;
  }

  /** End of a client that sends nothing more. */
  LastRequests last() {
    return last;
  }

  private boolean nothingRuns() {
    return resting()
        && !lifecycle.held()
        && !lifecycle.side().busy()
        && !foreign.busy()
        && !reads.awaits()
        && !sent.lost().underWay()
        && !lease.awaitsSettings()
        && !output.delay().waits();
  }

  /** True if a message that belongs to no statement may be put in here. */
  boolean betweenTransactions() {
    return !pending.awaited() && !transaction.open() && !pending.unitOpen() && !sent.silent();
  }

  boolean drains() {
    return drains;
  }

  /**
   * True if it ends, or goes to another process, when its transaction is over. A client that sends
   * nothing more has what it has sent run here, and ends behind that.
   */
  boolean leaves() {
    return (drains || departs) && !last.begun() && !pending.restAwaited();
  }

  /** True if it is to go to another process. */
  void departs(boolean now) {
    departs = now;
  }

  /** Ends a session of a node that drains instead of letting it begin another transaction. */
  boolean endsDrained() {
    if (drains
        && !last.begun()
        && !pending.restAwaited()
        && transaction.status() == TransactionState.IDLE
        && !sent.transaction().active()) {
      terminate();
      return true;
    }
    return false;
  }

  /** Called about ten times a second. */
  void tick() {
    long now = loop.now();
    if (requests.overlooks(now)) {
      PoolKey pool = lease.destinations().home().key();
      vdb.pools().report(PoolAnomaly.READING, pool, "client " + start.processId());
      requests.process();
    }
    last.tick(now);
    limits.check(vdb.settings().vdb().clients(), now);
    ServerError limit = resting() ? own.exceeded(now) : null;
    if (limit != null) {
      end.atLimit(limit);
    }
  }

  long lastActivity() {
    return pending.lastActivity();
  }

  boolean resting() {
    return !pending.awaited()
        && !serverTakesNoMore()
        && !requests.awaitsRoom()
        && !console.busy()
        && !lease.resending().pending()
        && !cached.waits()
        && lease.state() != LeaseState.WAITING
        && lease.state() != LeaseState.STARTING;
  }

  /** It has taken part of a batch and is at work on it. */
  private boolean serverTakesNoMore() {
    return lease.server() != null && !lease.server().writable();
  }

  boolean inTransaction() {
    return transaction.open();
  }

  boolean batchOpen() {
    return pending.unitOpen();
  }

  boolean awaitsRestOfMessage() {
    return requests.awaitsRestOfMessage()
        || requests.stopsAmidLarge(resting())
        || (amidBatch() && lease.destinations().lender().scope().isAwaited());
  }

  /**
   * True if the client has sent part of a batch only, and has the answers that it asked for:
   * nothing else keeps it on its server connection.
   */
  boolean amidBatch() {
    return batchOpen()
        && resting()
        && lease.state() == LeaseState.ACTIVE
        && !transaction.open()
        && !lease.keepsServer()
        && !lease.server().copyIn();
  }

  boolean overdue(long now, long nanos) {
    return pending.overdue(now, nanos, waitsToBeSent());
  }

  /** True if a statement of the client's waits for what the node has to do before it is sent. */
  private boolean waitsToBeSent() {
    return lease.state() == LeaseState.WAITING
        || lease.state() == LeaseState.SYNCING
        || lifecycle.held()
        || reads.awaits()
        || cached.waits()
        || (lease.awaitsSettings() && requests.input().waits());
  }

  boolean cancelIgnored(long now, long nanos) {
    boolean goesOn = pending.awaited() || waitsToBeSent();
    return unanswered.longerThan(nanos, lease.server(), goesOn ? pending.done() : -1, now);
  }

  void abandonOverdue() {
    counters.cancelIgnored();
    lease
        .server()
        .end()
        .overdue(
            TIMED_OUT.withDetail(
                "The server did not end it when asked to, and its connection was closed."
                    + " Whether a statement that changes data took effect is not known."));
  }

  /** A server that reads the rest of a message does not look at a cancel request. */
  void cancelOverdue() {
    if (requests.input().streaming()) {
      end.fatal(TIMED_OUT.asFatal());
    } else {
      cancelLate();
    }
  }

  boolean readsNothing(long now, long nanos) {
    return lease.server() != null && !end.announced() && output.stalled().longerThan(nanos, now);
  }

  void endUnread() {
    counters.unread();
    end.fatalToSilent(
        ServerError.fatal(
                Sqlstate.IDLE_SESSION_TIMEOUT, "terminating connection due to reply timeout")
            .withDetail("The client has not accepted any of a reply for too long."));
  }

  void fatal(ServerError error) {
    end.fatal(error);
  }
}
