package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.journal.UnitDestination;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.pipeline.ServerLeasing;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.session.lease.LeaseState;
import dev.heimdall.engine.session.lease.PendingReplies;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.sharing.PipelineSharing;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.LimitSettings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The server connection of a client as the path of its statements sees it: whether another message
 * may be sent over it, and the message noted in the journal on its way there.
 */
final class Forwarding implements ServerLeasing {
  /** A server that has no reason to answer them lets them pile up, those that the node answers. */
  private static final int MAX_UNANSWERED = 100_000;

  private static final ServerError ENDLESS_BATCH =
      ServerError.fatal(
              Sqlstate.PROGRAM_LIMIT_EXCEEDED, "too many messages in a batch without a Sync")
          .withDetail(MAX_UNANSWERED + " Parse and Close messages have no answer yet.");

  private final ClientInput input;
  private final RequestFormat format;
  private final RequestHandler messages;
  private final SentUnits sent;
  private final NextStatement next;
  private final SessionState carried;
  private final ClientTransaction transaction;
  private final PendingReplies pending;
  private final ServerLease lease;
  private final PipelineSharing sharing;
  private final ReplicaReads reads;
  private final Listening listening;
  private final UnitDestination destination;
  private final VdbPools pools;
  private final LimitSettings limits;
  private final SessionContext session;
  private final ReadingPause reading;

  Forwarding(
      SessionContext session,
      RequestFormat format,
      ClientInput input,
      RequestHandler messages,
      NextStatement next,
      PipelineSharing sharing,
      ReplicaReads reads,
      UnitDestination destination,
      ReadingPause reading) {
    this.input = input;
    this.format = format;
    this.messages = messages;
    this.sent = session.sent();
    this.next = next;
    this.carried = session.carried();
    this.transaction = session.transaction();
    this.pending = session.pending();
    this.lease = session.lease();
    this.sharing = sharing;
    this.reads = reads;
    this.listening = session.listening();
    this.destination = destination;
    this.pools = session.vdb().pools();
    this.limits = session.vdb().settings().vdb().limits();
    this.session = session;
    this.reading = reading;
  }

  @Override
  public ServerConnection ready() {
    return lease.state() == LeaseState.ACTIVE ? lease.server() : null;
  }

  /** A client that rolls back a transaction whose server is gone gets no error for the loss. */
  @Override
  public void judged(byte type) {
    if (session.losses().transactionLost()
        && session.losses().keepsFailed()
        && format.isQuery(type)
        && next.onItsWay()
        && next.effects().kind() == StatementKind.ROLLBACK) {
      session.losses().forgetUnreported();
    }
  }

  @Override
  public boolean acquire() {
    return lease.need();
  }

  @Override
  public boolean admits(ServerConnection server) {
    if (listening.busy()) {
      return false;
    }
    if (pending.outstanding() >= limits.maxPipeline()) {
      session.requests().block();
      reading.pause();
      return false;
    }
    if (server.statements().unanswered() > MAX_UNANSWERED) {
      session.fatal(ENDLESS_BATCH);
      return false;
    }
    if (transaction.status() == TransactionState.IDLE
        && !server.groupOpen()
        && carried.discardInFlight()) {
      session.requests().block();
      return false;
    }
    return true;
  }

  /** Forwards what may have to be sent again, alone or with others. */
  @Override
  public boolean forward(ServerConnection server, byte type, long total) {
    if (transaction.heldBegin() != null) {
      begin(server);
    }
    ByteBuf waiting = input.bytes();
    if (destination.atWriter() && !sent.transaction().active()) {
      server.flushLate();
    }
    if (sent.awaitsRest(waiting, type, total)) {
      return false;
    }
    keepAlone(type);
    if (!sent.keeps(waiting, sharing.active())) {
      return messages.forward(server, type, total);
    }
    int at = waiting.readerIndex();
    long number = carried.sent();
    boolean goesOn = messages.forward(server, type, total);
    if (!lease.closed()) {
      boolean replaced = input.bytes() != waiting;
      int length = replaced ? (int) total : waiting.readerIndex() - at;
      sent.handled(type, waiting, at, length, total, number);
    }
    return goesOn;
  }

  private void begin(ServerConnection server) {
    byte[] sql = transaction.takeHeldBegin();
    sent.transaction().begins(sql, transaction.heldForReplica());
    messages.beginsLate(server);
    server.query(new String(sql, StandardCharsets.UTF_8), new HeldBegin(lease));
    messages.begun(server);
    if (transaction.reads().anyServed()) {
      sent.transaction().giveUp(Unreplayed.CACHED);
    }
  }

  /** Keeps the statement that is about to be sent, if it may have to be sent again by itself. */
  private void keepAlone(byte type) {
    if (!next.onItsWay() || !format.begins(type) || format.endsBatch(type)) {
      return;
    }
    if (reads.away()) {
      if (transaction.status() == TransactionState.IDLE) {
        sent.alone().keepForReplica(input.bytes());
      }
      return;
    }
    next.decision().retry().ifPresent(rule -> sent.alone().keepForRetry(input.bytes(), rule));
    if (pools.led() && next.repeatable() && !next.readsOnly()) {
      boolean takenBack = !format.hasLastingTables() || next.leavesNothing();
      sent.alone().keepForFailover(input.bytes(), next.undoable() && takenBack);
    }
  }
}
