package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.journal.BatchReplay;
import dev.heimdall.engine.journal.DeliveredPart;
import dev.heimdall.engine.journal.ErrorCauses;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.session.lease.LeaseState;
import dev.heimdall.engine.session.lease.PendingReplies;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.placement.Writes;
import dev.heimdall.engine.session.sharing.PipelineSharing;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.Losses;
import dev.heimdall.engine.session.state.SessionMemory;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.RunningStatements;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.CarriedOut;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;

/**
 * Handles the consequences for a session when a group of its client's messages was sent, is
 * answered, is going to be answered together with others, or has failed with an error that its
 * client is not to have.
 */
final class ClientGroups {
  private final SentUnits sent;
  private final RequestReader requests;
  private final ReplyStages replies;
  private final PendingReplies pending;
  private final StatementLifecycle lifecycle;
  private final RunningStatements running;
  private final SessionState carried;
  private final ClientTransaction transaction;
  private final ServerLease lease;
  private final PipelineSharing sharing;
  private final ReplicaReads reads;
  private final Writes writes;
  private final Listening listening;
  private final Losses losses;
  private final SessionMemory memory;
  private final ClientOutput output;
  private final ErrorCauses errors;
  private final VdbContext vdb;
  private final PoolMetrics counters;
  private final LossEffects effects;
  private final SessionContext session;

  /** With what a server has rejected a write whose transaction ends with that; null for none. */
  private ServerError rejected;

  ClientGroups(
      SessionContext session,
      RequestReader requests,
      ReplyStages replies,
      StatementLifecycle lifecycle,
      PipelineSharing sharing,
      ReplicaReads reads,
      Writes writes,
      LossEffects effects) {
    this.session = session;
    this.sent = session.sent();
    this.requests = requests;
    this.replies = replies;
    this.pending = session.pending();
    this.lifecycle = lifecycle;
    this.running = lifecycle.running();
    this.carried = session.carried();
    this.transaction = session.transaction();
    this.lease = session.lease();
    this.sharing = sharing;
    this.reads = reads;
    this.writes = writes;
    this.listening = session.listening();
    this.losses = session.losses();
    this.effects = effects;
    this.memory = session.memory();
    this.output = session.output();
    this.errors = session.errors();
    this.vdb = session.vdb();
    this.counters = session.counters();
  }

  // ---- sent

  /** A group of messages was sent that ReadyForQuery will answer. */
  void sent() {
    ServerConnection server = lease.server();
    if (server != null && server.replies().skipping()) {
      return; // the server will not answer it
    }
    carried.groupSent();
    sent.unitSent();
    reads.sent();
    if (pending.groupSent()) {
      replies.takeReceived();
    }
    if (sharing.active()) {
      lease.sentShared();
    }
  }

  // ---- answered

  /**
   * True if the end of the answer that is coming is held back, with what is right before it: the
   * client may have notified itself.
   */
  boolean delaysEnd(TransactionState status) {
    if (status != TransactionState.IDLE || lease.closed() || sharing.active()) {
      return false;
    }
    long last = pending.outstanding() == 1 ? Long.MAX_VALUE : carried.done();
    CompletableFuture<Void> heard = listening.beforeEnd(last);
    if (heard != null) {
      output.delay().until(heard);
    }
    return heard != null;
  }

  void complete(ServerConnection from, TransactionState status, ServerError error) {
    DeliveredPart part = sent.reply().part();
    boolean unlike = part.isLeftOut();
    boolean cut = part.cut();
    long nanos = pending.answered();
    long micros = nanos / 1000;
    sent.answered();
    losses.answered();
    if (!sharing.active()) {
      sharing.answeredAlone();
    }
    reads.answered(status);
    transaction.inDoubt(requests.handler().leavesDoubt(from, error));
    writes.answered(status);
    if (error != null) {
      counters.errorSent();
      refusedToWrite(from, error);
    }
    long group = carried.done();
    long response = pending.responded();
    count(group, status, micros, response);
    long bytes = replies.takeReceived();
    running.answered(group, micros, Math.max(0, response - micros), bytes, error);
    running.ran(nanos, bytes);
    pending.dropSkippedTags(group);
    boolean committed = error == null && transaction.commits(group);
    boolean ends = transaction.open() && status == TransactionState.IDLE;
    CarriedOut carriedOut = error == null ? null : requests.handler().carriedOut(from, error);
    if (carriedOut != null) {
      carried.carriedOut(carriedOut.facts());
    }
    boolean ddl = carried.groupDone(from, error, errors, transaction.status(), status);
    if (ends) {
      listening.transactionOver(committed);
    }
    if (status == TransactionState.IDLE) {
      boolean failedBefore = transaction.status() == TransactionState.FAILED;
      carried.transactionOver(ends && (failedBefore || (error == null && !committed)));
    }
    boolean stale = error != null && errors.stalePlan(error); // the author of the change is unknown
    if (transaction.move(status, ddl) || ddl || stale) {
      if (lifecycle.definesTables() && !stale) {
        tablesChanged();
      } else {
        schemaChanged();
      }
    }
    int reached = error == null ? Integer.MAX_VALUE : from.delivery().reached();
    lifecycle.answered(group, status, error, carriedOut, reached);
    if (unlike) {
      effects.unlike(part.failure(), cut);
    }
    if (sent.transaction().answered(status)) {
      return;
    }
    memory.settings(carried.settings().weight());
    requests.answering();
    requests.handler().answered(from, error);
    goOn(from, status);
    requests.answered();
  }

  private void goOn(ServerConnection from, TransactionState status) {
    if (lease.closed()) {
      lease.abandonment().rest(from);
    } else if (sharing.active()) {
      sharing.answered();
      lease.settleShared();
    } else if (pending.outstanding() == 0) {
      if (from.residue().foreignSequences()
          && status == TransactionState.IDLE
          && lease.keepsServer()
          && !from.groupOpen()) {
        // From here on its values stay: only its own may.
        requests.handler().forgetSequences(from);
      }
      lease.settle();
    } else if (requests.blocked()) {
      requests.process();
    }
  }

  /** A group that another engine has carried out is answered. */
  void answeredElsewhere(ServerError error) {
    long micros = pending.answered() / 1000;
    if (error != null) {
      counters.errorSent();
    }
    long response = pending.responded();
    count(carried.sent(), transaction.status(), micros, response);
    running.answered(carried.sent(), micros, Math.max(0, response - micros), 0, error);
  }

  /** A group is answered: its time counts, unless rules leave all that it did out. */
  private void count(long group, TransactionState status, long micros, long response) {
    boolean tracked = running.tracked(group);
    if (tracked) {
      counters.queryFinished(micros, response);
    }
    transaction.count(status, micros, pending.lastActivity(), tracked);
  }

  /** A server that writes only what a writer sends it is none. */
  private void refusedToWrite(ServerConnection from, ServerError error) {
    if (errors.readOnly(error) && !reads.away()) {
      lease.destinations().lender().scope().suspect(from, "rejects writes");
      if (!reads.mayBeToRead() && RejectedWrites.maySwitch(lease.destinations(), from)) {
        lease.resending().doubtWriter();
      }
    }
  }

  /** Definitions of the session's database were, or may have been, changed. */
  private void schemaChanged() {
    String database = lease.destinations().home().key().database();
    if (writes.tracked()) {
      vdb.plansChanged(database);
    } else {
      vdb.schemaChanged(database);
    }
  }

  /**
   * Notes that tables and the like of the session's database were, or may have been, changed: all
   * code is as it was.
   */
  private void tablesChanged() {
    String database = lease.destinations().home().key().database();
    if (writes.tracked()) {
      vdb.plansChanged(database);
    } else {
      vdb.tablesChanged(database);
    }
  }

  // ---- answered with others

  void queriesSkipped(ServerConnection from, int count) {
    merged(count);
    if (lease.closed()) {
      lease.abandonment().endBatch(from);
    } else {
      // The end of the batch may wait for an effect of the queries.
      session.loop().soon(requests::resume, session::failed);
    }
  }

  void statementFailed(int skipped) {
    running.failed(carried.done(), skipped);
  }

  void copyInStarted(ServerConnection from, int ignoredSyncs) {
    sent.transaction().giveUp(Unreplayed.COPY);
    merged(ignoredSyncs);
    if (lease.closed()) {
      lease.abandonment().endCopy(from);
    }
  }

  /** So many groups will be answered as one with what came before. */
  private void merged(int count) {
    if (count > 0) {
      sent.transaction().giveUp(Unreplayed.CUT);
      sent.giveUp();
    }
    pending.merged(count);
    carried.groupsMerged(count);
    writes.merged(count, carried.done());
    running.merged(count, carried.done());
  }

  // ---- failed, and sent again

  /**
   * Error for a client that begins a transaction to write at a server that is no writer any more:
   * it may begin it again, because the server caused this, and not the client.
   */
  ServerError writesRejected(ServerConnection from, ServerError error) {
    return inTransactionToWrite()
            && RejectedWrites.byServer(lease.destinations(), from, carried.rules())
            && RejectedWrites.mayPass(lease.destinations(), from)
        ? RejectedWrites.again(error)
        : null;
  }

  private boolean inTransactionToWrite() {
    return transaction.encloses(carried.done())
        && reads.isToWrite()
        && !reads.away()
        && !sharing.active();
  }

  boolean absorbs(ServerConnection from, ServerError error) {
    if (sharing.active()) {
      return sharing.absorbs(error, from);
    }
    if (lease.state() == LeaseState.ACTIVE
        && !losses.keepsFailed()
        && errors.readOnly(error)
        && pending.outstanding() == 1
        && inTransactionToWrite()
        && RejectedWrites.ofCluster(lease.destinations())
        && RejectedWrites.mayPass(lease.destinations(), from)) {
      rejected = error; // the server keeps the transaction open, which its client is to run again
      return true;
    }
    return lease.state() == LeaseState.ACTIVE
        && sent.alone().absorbs(error, from, !errors.readOnly(error) || mayBeAccepted(from));
  }

  /** Ends a transaction whose write was rejected, and then answers the write with the error. */
  private void rollBack(ServerConnection from, ServerError error) {
    if (!from.closed()) { // else its loss is reported
      from.requests().rollBack(new RollBack(error));
    }
  }

  private final class RollBack extends StateQuery {
    private final ServerError error;

    RollBack(ServerError error) {
      super("ROLLBACK");
      this.error = error;
    }

    @Override
    protected void ended(ServerConnection from, ServerError failure) {
      if (from.closed()) {
        return;
      }
      if (!lease.closed()) {
        ByteBuf out = output.alloc().buffer(256);
        output.encoder().failure(error, TransactionState.IDLE, out);
        output.write(out);
      }
      complete(from, TransactionState.IDLE, error);
    }
  }

  /** True if what a server rejects as read-only may find one that accepts it. */
  private boolean mayBeAccepted(ServerConnection from) {
    return !RejectedWrites.ofCluster(lease.destinations())
        || RejectedWrites.maySwitch(lease.destinations(), from);
  }

  boolean takesBack(ServerConnection from, boolean whole) {
    return sharing.active() && sharing.takesBack(from, whole);
  }

  void absorbed(ServerConnection from) {
    if (rejected != null) {
      refusedToWrite(from, rejected);
      ServerError error = RejectedWrites.again(rejected);
      rejected = null;
      session.loop().soon(() -> rollBack(from, error), session::failed);
      return;
    }
    BatchReplay replay = sent.alone();
    pending.takeBack();
    running.notes().groupOver();
    replay.groupAbsorbed();
    sent.transaction().takeBack();
    if (sharing.active()) {
      boolean unanswered = sharing.takeUntold() != 0;
      if (sharing.absorbed()) {
        schemaChanged();
      }
      if (unanswered || sharing.runsWholeAgain()) {
        replay.repeat();
      } else {
        replay.sendAgain();
      }
      return;
    }
    switch (replay.recovery()) {
      case RESUME -> schemaChanged();
      case ELSEWHERE, CONTINUE_ELSEWHERE -> reads.refusedThere();
      default -> {}
    }
    if (lease.closed()) {
      lease.abandonment().rest(from);
      return;
    }
    switch (replay.recovery()) {
      case RESUME -> replay.sendAgain();
      case AT_WRITER -> {
        lease.destinations().lender().scope().suspect(from, "rejects writes");
        replay.beforeRetry();
        lease.resending().atWriter();
      }
      default -> lease.resending().after(replay.beforeRetry());
    }
  }
}
