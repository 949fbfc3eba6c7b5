package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.pipeline.QueryPipeline;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.session.lease.PendingReplies;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.sharing.PipelineSharing;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.session.state.Losses;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ReplyEncoder;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.VirtualDatabase;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.function.LongSupplier;

/** A session as what handles its client's messages sees it; all on its loop. */
public final class HandledClient {
  /** Before each schema epoch of this process: of what was prepared at another one. */
  public static final long EARLIER_EPOCH = -1;

  private final ServedSession session;
  private final LoggedInSession owner;
  private final VdbContext vdb;
  private final ClientTransaction transaction;
  private final Losses losses;
  private final ClientOutput output;
  private final ReplicaReads reads;
  private final SessionStart start;
  private final ServerLease lease;
  private final PendingReplies pending;
  private final PipelineSharing sharing;

  /**
   * @param owner of the session's replies
   */
  HandledClient(ServedSession session, LoggedInSession owner) {
    this.session = session;
    this.owner = owner;
    this.vdb = session.vdb();
    this.transaction = session.transaction();
    this.losses = session.losses();
    this.output = session.output();
    this.reads = session.reads();
    this.start = session.start();
    this.lease = session.lease();
    this.pending = session.pending();
    this.sharing = session.pipelines();
  }

  public ByteBufAllocator alloc() {
    return output.alloc();
  }

  /** A value that servers report to sessions like this one; null when that is not known. */
  public String reportedAtStart(String name) {
    return start.reported(name);
  }

  /** Servers report another one to such sessions by now. */
  public void reportedOtherwise(String name, String value) {
    start.reportedOtherwise(name, value);
  }

  public TransactionState status() {
    return transaction.status();
  }

  /** True if it can still be sent a reply. */
  public boolean connected() {
    return !lease.closed() && output.connected();
  }

  public void write(ByteBuf consumed) {
    output.write(consumed);
  }

  /** The client may be sent something again: it goes on. */
  public void resumeReading() {
    session.reader().resume();
  }

  /** Sends an error and closes. */
  public void fatal(ServerError error) {
    session.end().fatal(error);
  }

  /**
   * The server has ended the session behind an answer, and so does the node.
   *
   * @param why for the log
   */
  public void endsBehindAnswer(String why) {
    session.end().behindAnswer(why);
  }

  /** An error in the node: the session ends. */
  public void failed(Throwable cause) {
    session.failed(cause);
  }

  public void pin(PinReason reason) {
    session.pin(reason);
  }

  /** The connection may be given back. */
  public void settle() {
    lease.settle();
  }

  /** Time that a statement may wait for a connection; zero for no limit. */
  public Duration queueTimeout() {
    return vdb.settings().vdb().pool().queueTimeout();
  }

  /** Sends a part of a reply that stands in for a server's. */
  public void replyElsewhere(ByteBuf consumed) {
    session.replies().replyElsewhere(consumed);
  }

  /** True if the client takes more of what it is sent. */
  public boolean takesMore() {
    return output.takesMore();
  }

  /** The statement has ended: the session goes on. */
  public void callEnded() {
    batchEnded();
    session.reader().resume();
  }

  /** A batch has ended, and so has the transaction that it was. */
  public void batchEnded() {
    session.listening().deliver();
    if (session.control().drains()) {
      session.control().drain();
    }
  }

  /** True if a statement may be carried out; if not, it was rejected, or the session has ended. */
  public boolean admits() {
    return lease.admits();
  }

  /** The session's group of messages goes elsewhere than to a server connection. */
  public void sentElsewhere() {
    pending.sentElsewhere();
  }

  /**
   * That group is answered.
   *
   * @param error null when it was carried out
   */
  public void answeredElsewhere(ServerError error) {
    session.groups().answeredElsewhere(error);
  }

  /** Maximum number of prepared statements of the client. */
  public int preparedLimit() {
    return vdb.settings().vdb().prepared().perClient();
  }

  /** There is no room for its unnamed statement: the session ends. */
  public void refuseUnnamed() {
    session.memory().refuseUnnamed();
  }

  /** The client has sent what the protocol does not allow: an error, and the end. */
  public void protocolError(String message) {
    session.end().protocolError(message);
  }

  /** The client wants to go. */
  public void terminate() {
    session.control().last().begin();
  }

  public PoolMetrics counters() {
    return session.counters();
  }

  /** The present server connection, or null. */
  public ServerConnection server() {
    return lease.server();
  }

  /** A statement is being sent of which this is known. */
  public void sending(boolean mayRepeat, boolean mayRunLater, boolean dropsNames) {
    session.sent().reads().statement(mayRepeat, mayRunLater, false, dropsNames);
  }

  /** Groups of messages that are not answered. */
  public int outstanding() {
    return pending.outstanding();
  }

  /**
   * True if the server may refuse what it is sent now because the transaction around it has failed.
   */
  public boolean mayHaveFailed() {
    return transaction.mayBeOpen()
        && (outstanding() > 0 || transaction.status() == TransactionState.FAILED);
  }

  /** True if it has a statement in the pipeline of a connection that others use as well. */
  public boolean sharing() {
    return sharing.active();
  }

  /** True if the present or awaited server connection leads to a replica. */
  public boolean away() {
    return reads.away();
  }

  /** True if the transaction on a replica may have come to its end, once all is answered. */
  public boolean endingAway() {
    return reads.ending();
  }

  /** Encoder of the node's own messages to the client. */
  public ReplyEncoder encoder() {
    return output.encoder();
  }

  /** The settings of its virtual database. */
  public VirtualDatabase settings() {
    return vdb.settings().vdb();
  }

  /** True if a transaction may begin without a server, until a statement of its needs one. */
  public boolean mayDelayBegin() {
    return settings().delayedTransaction()
        && transaction.status() == TransactionState.IDLE
        && !session.sent().transaction().active();
  }

  /** True if the open transaction was lost with its connection. */
  public boolean transactionLost() {
    return losses.transactionLost();
  }

  /**
   * True if the open transaction was lost with its connection, its client does not know, and it is
   * over when that has rolled it back.
   */
  public boolean mayRollBackLost() {
    return losses.transactionLost() && !losses.keepsFailed();
  }

  /** The client has given up the transaction that was lost with its connection. */
  public void rolledBackLost() {
    losses.forgetUnreported();
  }

  /** To whom replies go. */
  public LoggedInSession owner() {
    return owner;
  }

  /** A group of messages was sent. */
  public void groupSent() {
    session.groups().sent();
  }

  /** A statement of the node's own was answered. */
  public void quietDone(ServerConnection from) {
    if (lease.closed()) {
      lease.abandonment().rest(from);
    }
  }

  /** The reply that comes next gets this tag. */
  public void promiseTag(String tag) {
    pending.promiseTag(tag);
  }

  /** True if statements of its may share the pipeline of a connection. */
  public boolean mayShare() {
    return sharing.enabled();
  }

  /**
   * Notes that the waiting statement is, or may be, only prepared, and was looked at: a replica may
   * answer that.
   */
  public void prepares(QueryPipeline looked) {
    reads.prepares(looked.statement(), looked.effects(), looked.decision());
  }

  /** True if the prepared read may run at another server than the one that prepared it. */
  public boolean mayRunElsewhere() {
    return reads.mayRunElsewhere();
  }

  /** The client has sent part of a batch only, and has no server connection for the rest. */
  public void awaitsRestOfBatch(boolean now) {
    session.pending().awaitsRestOfBatch(now);
  }

  /** True if its source is a cluster with a writer to be followed. */
  public boolean led() {
    return vdb.pools().led();
  }

  /**
   * The client logs in again over the same connection, by what waits: the session ends as if the
   * client had gone. For a client that is owed no answer.
   */
  public void logInAgain() {
    session.renewal().request();
  }

  /** True if a statement of the client's waits for something, at a server or ahead of it. */
  public boolean waits() {
    return session.control().waitReason() != null;
  }

  /** True if a statement is here as a whole that is about to be handled. */
  public boolean isAboutToGoOn() {
    return session.control().holdsWhole();
  }

  /** The client cancels what it waits for, over the connection that it waits on. */
  public void cancel() {
    session.control().cancelFromAnyThread(() -> {});
  }

  /** Grows with each change that was seen; plans made before are not handed out anew. */
  public long schemaEpoch() {
    return vdb.schemaEpoch();
  }

  /** Source of the {@linkplain #schemaEpoch() epoch} for what knows no sessions. */
  public LongSupplier schemaEpochs() {
    return vdb::schemaEpoch;
  }

  /** An unreported change of definitions was found. */
  public void schemaChanged() {
    vdb.schemaChanged(lease.destinations().home().key().database());
  }

  /** A statement asked for the last value of a sequence whose name it computes. */
  public void sequenceComputed() {
    vdb.sequenceComputed();
  }
}
