package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.lease.ClientTransaction;
import dev.heimdall.engine.lease.ServerLease;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.placement.ReplicaReads;
import dev.heimdall.engine.sharing.PipelineSharing;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ReplyEncoder;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.VirtualDatabase;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.function.Consumer;

/** A session as what handles its client's messages sees it. */
final class HandlerPorts implements HandledClient {
  private final StatementOwner owner;
  private final VdbContext vdb;
  private final ClientTransaction transaction;
  private final PoolMetrics counters;
  private final SessionMemory memory;
  private final Losses losses;
  private final ClientOutput output;
  private final Consumer<PinReason> pin;
  private final Consumer<Throwable> failed;
  private final Listening listening;
  private final ReplicaReads reads;
  private final SessionStart start;

  // Made with this port, and therefore after it.
  private ServerLease lease;
  private PendingReplies pending;
  private PipelineSharing sharing;
  private SessionEnd end;
  private RequestReader requests;
  private SentUnits sent;
  private ReplyStages replies;
  private ClientGroups groups;
  private SessionControl control;
  private LogInRenewal renewal;

  HandlerPorts(
      StatementOwner owner,
      VdbContext vdb,
      ClientTransaction transaction,
      PoolMetrics counters,
      SessionMemory memory,
      Losses losses,
      ClientOutput output,
      Consumer<PinReason> pin,
      Consumer<Throwable> failed,
      Listening listening,
      ReplicaReads reads,
      SessionStart start) {
    this.owner = owner;
    this.vdb = vdb;
    this.transaction = transaction;
    this.counters = counters;
    this.memory = memory;
    this.losses = losses;
    this.output = output;
    this.pin = pin;
    this.failed = failed;
    this.listening = listening;
    this.reads = reads;
    this.start = start;
  }

  /** Before anything is asked of it. */
  void connect(
      ServerLease lease,
      PendingReplies pending,
      PipelineSharing sharing,
      SessionEnd end,
      RequestReader requests,
      SentUnits sent,
      ReplyStages replies,
      ClientGroups groups,
      SessionControl control,
      LogInRenewal renewal) {
    this.lease = lease;
    this.pending = pending;
    this.sharing = sharing;
    this.end = end;
    this.requests = requests;
    this.sent = sent;
    this.replies = replies;
    this.groups = groups;
    this.control = control;
    this.renewal = renewal;
  }

  @Override
  public ByteBufAllocator alloc() {
    return output.alloc();
  }

  @Override
  public String reportedAtStart(String name) {
    return start.reported(name);
  }

  @Override
  public void reportedOtherwise(String name, String value) {
    start.reportedOtherwise(name, value);
  }

  @Override
  public TransactionState status() {
    return transaction.status();
  }

  @Override
  public boolean connected() {
    return !lease.closed() && output.connected();
  }

  @Override
  public void write(ByteBuf consumed) {
    output.write(consumed);
  }

  @Override
  public void resumeReading() {
    requests.resume();
  }

  @Override
  public void fatal(ServerError error) {
    end.fatal(error);
  }

  @Override
  public void failed(Throwable cause) {
    failed.accept(cause);
  }

  @Override
  public void pin(PinReason reason) {
    pin.accept(reason);
  }

  @Override
  public void settle() {
    lease.settle();
  }

  @Override
  public Duration queueTimeout() {
    return vdb.settings().vdb().pool().queueTimeout();
  }

  @Override
  public void replyElsewhere(ByteBuf consumed) {
    replies.replyElsewhere(consumed);
  }

  @Override
  public boolean takesMore() {
    return output.takesMore();
  }

  @Override
  public void callEnded() {
    batchEnded();
    requests.resume();
  }

  @Override
  public void batchEnded() {
    listening.deliver();
    if (control.drains()) {
      control.drain();
    }
  }

  @Override
  public boolean admits() {
    return lease.admits();
  }

  @Override
  public void sentElsewhere() {
    pending.sentElsewhere();
  }

  @Override
  public void answeredElsewhere(ServerError error) {
    groups.answeredElsewhere(error);
  }

  @Override
  public int preparedLimit() {
    return vdb.settings().vdb().prepared().perClient();
  }

  @Override
  public void refuseUnnamed() {
    memory.refuseUnnamed();
  }

  @Override
  public void protocolError(String message) {
    end.protocolError(message);
  }

  @Override
  public void terminate() {
    end.close();
  }

  @Override
  public PoolMetrics counters() {
    return counters;
  }

  @Override
  public ServerConnection server() {
    return lease.server();
  }

  @Override
  public void sending(boolean mayRepeat, boolean mayRunLater, boolean dropsNames) {
    sent.reads().statement(mayRepeat, mayRunLater, dropsNames);
  }

  @Override
  public int outstanding() {
    return pending.outstanding();
  }

  @Override
  public boolean sharing() {
    return sharing.active();
  }

  @Override
  public boolean away() {
    return reads.away();
  }

  @Override
  public boolean endingAway() {
    return reads.ending();
  }

  @Override
  public ReplyEncoder encoder() {
    return output.encoder();
  }

  @Override
  public VirtualDatabase settings() {
    return vdb.settings().vdb();
  }

  @Override
  public boolean transactionLost() {
    return losses.transactionLost();
  }

  @Override
  public StatementOwner owner() {
    return owner;
  }

  @Override
  public void groupSent() {
    groups.sent();
  }

  @Override
  public void quietDone(ServerConnection from) {
    if (lease.closed()) {
      lease.rest(from);
    }
  }

  @Override
  public void promiseTag(String tag) {
    pending.promiseTag(tag);
  }

  @Override
  public void forgetLostTransaction() {
    losses.forgetUnreported();
  }

  @Override
  public boolean mayShare() {
    return sharing.enabled();
  }

  @Override
  public boolean led() {
    return vdb.pools().led();
  }

  @Override
  public void logInAgain() {
    renewal.request();
  }

  @Override
  public void cancel() {
    control.cancelFromAnyThread(() -> {});
  }

  @Override
  public long schemaEpoch() {
    return vdb.schemaEpoch();
  }

  @Override
  public void schemaChanged() {
    vdb.schemaChanged(lease.destinations().home().key().database());
  }

  @Override
  public void sequenceComputed() {
    vdb.sequenceComputed();
  }
}
