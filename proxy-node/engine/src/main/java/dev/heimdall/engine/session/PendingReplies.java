package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.BatchReplay;
import dev.heimdall.engine.journal.DeliveredPart;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.journal.UnitPosition;
import dev.heimdall.engine.lease.ClientTransaction;
import dev.heimdall.engine.lease.LeaseState;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.reply.ReplyDelay;
import dev.heimdall.engine.reply.ReplyGate;
import dev.heimdall.engine.reply.ReplySource;
import dev.heimdall.engine.reply.ReplyStage;
import dev.heimdall.engine.statement.RunningStatements;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The replies that a session's client waits for: how many groups of messages are not answered yet,
 * and what follows from each answer. {@link ClientSession} hands on what the server connection
 * tells a {@link dev.heimdall.engine.backend.ReplyOwner}.
 */
final class PendingReplies implements UnitPosition {
  private final ClientSession session;
  private final LoopContext loop;
  private final ClientTransaction transaction;
  private final ReplyStage recoverable = this::recoverable;
  private final ReplyDelay delay;
  private final ReplyGate gate;
  private ArrayDeque<Promise> knownTags;
  private int outstanding;
  private long statementSince;
  private long received;

  /** Bytes of the piece that comes now, and of what was kept before it, that went on. */
  private int passed;

  private boolean overdueTold;
  private final FlushedReplies flushed = new FlushedReplies();
  private long statements;

  /** The command tag of a statement in a group that is answered without having been carried out. */
  private record Promise(long group, String tag) {}

  PendingReplies(ClientSession session, LoopContext loop, ClientTransaction transaction) {
    this.session = session;
    this.loop = loop;
    this.transaction = transaction;
    this.delay =
        new ReplyDelay(task -> loop.soon(task, session::failed), session::send, this::allPassed);
    this.gate =
        new ReplyGate(
            List.of(
                this::observed,
                this::replayed,
                recoverable,
                this::counted,
                this::triggering,
                this::metered),
            List.of(this::silenced, delay),
            session::send);
  }

  @Override
  public int outstanding() {
    return outstanding;
  }

  @Override
  public long sent() {
    return session.carried().sent();
  }

  @Override
  public long done() {
    return session.carried().done();
  }

  @Override
  public boolean unitOpen() {
    return session.requests().batchOpen();
  }

  @Override
  public TransactionState status() {
    return transaction.status();
  }

  @Override
  public boolean away() {
    return session.reads().away();
  }

  @Override
  public boolean closed() {
    return session.closed();
  }

  /** Statements answered. */
  long statements() {
    return statements;
  }

  /** A statement was answered without a server. */
  void answeredHere() {
    statements++;
  }

  /** Whether what runs takes longer than this; said once for each run of statements. */
  boolean overdue(long now, long nanos) {
    boolean runs = outstanding > 0 || session.lease().resending().pending();
    if (!runs) {
      return flushed.overdue(session.server(), session.lastActivity(), now, nanos);
    }
    boolean overdue = !overdueTold && now - statementSince > nanos;
    overdueTold |= overdue;
    return overdue;
  }

  /** A group of messages was sent that ReadyForQuery will answer. */
  void groupSent() {
    ServerConnection server = session.server();
    if (server != null && server.skipping()) {
      return; // the server will not answer it
    }
    session.carried().groupSent();
    session.sentUnits().unitSent();
    session.reads().sent();
    if (outstanding++ == 0) {
      statementSince = loop.now();
      overdueTold = false;
      received = 0;
    }
    if (session.sharing().active()) {
      session.lease().sentShared();
    }
  }

  /** The group sent last will be sent again: nothing was answered, and nothing will be. */
  void takeBack() {
    outstanding--;
    session.carried().groupUnsent();
  }

  /** A group was sent to where no server connection is. */
  void sentElsewhere() {
    outstanding++;
    statementSince = loop.now();
    overdueTold = false;
  }

  /** A part of its answer. */
  void replyElsewhere(ByteBuf consumed) {
    RunningStatements running = session.lifecycle().running();
    running.seen(consumed);
    gate.release(recoverable, null, consumed);
  }

  /** All of it is answered. */
  void answeredElsewhere(ServerError error) {
    outstanding--;
    statements++;
    long now = session.active();
    long micros = (now - statementSince) / 1000;
    if (error != null) {
      session.counters().errorSent();
    }
    count(session.carried().sent(), transaction.status(), micros, now);
    session.lifecycle().running().answered(session.carried().sent(), micros, error);
  }

  /** A Sync was sent in the place of a client that is gone. */
  void endingSent() {
    outstanding++;
  }

  /**
   * Nothing is answered any more.
   *
   * @return how many groups were to be
   */
  int forget() {
    int lost = outstanding;
    outstanding = 0;
    knownTags = null;
    return lost;
  }

  /** Promises the client this command tag at the present place of its replies. */
  void promiseTag(String tag) {
    if (knownTags == null) {
      knownTags = new ArrayDeque<>(4);
    }
    knownTags.add(new Promise(session.carried().sent(), tag));
  }

  void reply(ServerConnection from, ByteBuf consumed) {
    byte untold = session.sharing().takeUntold();
    if (untold != 0) {
      known(from, untold);
    }
    session.writes().beforeReply();
    if (session.closed()) {
      consumed.release();
      return;
    }
    gate.reply(from, consumed);
    if (passed > 0) {
      received += passed;
      if (session.sharing().active()) {
        session.sharing().received(from, passed);
      } else {
        session.lease().pauseForSlowClient(from);
      }
      passed = 0;
    }
  }

  // ---- the stages of the gate, in their order

  private boolean observed(ReplySource from, ByteBuf piece) {
    session.lifecycle().running().seen(piece);
    return false;
  }

  /** What a transaction that is run again is answered is compared, and its client has had it. */
  private boolean replayed(ReplySource from, ByteBuf consumed) {
    return session.sentUnits().takes(consumed);
  }

  /** The beginning of an answer waits, so that its statement may be sent again. */
  private boolean recoverable(ReplySource from, ByteBuf consumed) {
    SentUnits sent = session.sentUnits();
    if (sent.holdsReply(from, consumed)) {
      return true;
    }
    ByteBuf held = sent.reply().takeOut();
    if (held != null) {
      gate.release(recoverable, from, held);
    }
    return false;
  }

  private boolean counted(ReplySource from, ByteBuf piece) {
    session.counters().bytesToClient(piece.readableBytes());
    session.lifecycle().running().data();
    return false;
  }

  /** An answer waits for the trigger that a rule runs behind its statement. */
  private boolean triggering(ReplySource from, ByteBuf consumed) {
    StatementLifecycle lifecycle = session.lifecycle();
    return lifecycle.running().holdsReply() && lifecycle.side().take(consumed);
  }

  /** A server that sends faster than the client reads is to pause. */
  private boolean metered(ReplySource from, ByteBuf piece) {
    passed += from == null ? 0 : piece.readableBytes();
    return false;
  }

  private DeliveredPart part() {
    return session.sentUnits().reply().part();
  }

  /**
   * While a transaction is run again, or the rest of an answer is awaited, the client has had all
   * that is said, or waits for it.
   */
  private boolean silenced(ReplySource from, ByteBuf consumed) {
    if (session.sentUnits().silent()) {
      consumed.release();
      return true;
    }
    return false;
  }

  /** Something of the node's own for the client. */
  void write(ByteBuf consumed) {
    gate.write(consumed);
  }

  /** What was kept of an answer, so that its statement could be sent again, is for the client. */
  void deliver(ByteBuf consumed) {
    gate.release(recoverable, null, consumed);
  }

  /** Delays answers until more is known than that they are right. */
  ReplyDelay delay() {
    return delay;
  }

  /**
   * Whether the end of the answer that is coming is held back, with what is right before it: the
   * client may have notified itself.
   */
  boolean delaysEnd(TransactionState status) {
    if (status != TransactionState.IDLE || session.closed() || session.sharing().active()) {
      return false;
    }
    long last = outstanding == 1 ? Long.MAX_VALUE : session.carried().done();
    CompletableFuture<Void> heard = session.listening().beforeEnd(last);
    if (heard != null) {
      delay.until(heard);
    }
    return heard != null;
  }

  private void allPassed() {
    session.lease().resumePaused();
    session.foreign().clientWritable();
    session.requests().clientWritable();
  }

  // ---- what the server says of its answers

  void knownReply(ServerConnection from, byte kind) {
    if (session.sharing().active() && session.requests().handler().isPrepared(kind)) {
      session.sharing().prepared(kind);
    } else {
      known(from, kind);
    }
  }

  private void known(ServerConnection from, byte kind) {
    ByteBuf out = session.channel().alloc().buffer(32);
    session.requests().handler().known(kind, () -> knownTags.poll().tag(), out);
    reply(from, out);
  }

  void queriesSkipped(ServerConnection from, int count) {
    merged(count);
    if (session.closed()) {
      session.lease().endBatch(from);
    }
  }

  void copyInStarted(ServerConnection from, int ignoredSyncs) {
    session.sentUnits().transaction().giveUp(Unreplayed.COPY);
    merged(ignoredSyncs);
    if (session.closed()) {
      session.lease().endCopy(from);
    }
  }

  /** So many groups will be answered as one with what came before. */
  private void merged(int count) {
    if (count > 0) {
      session.sentUnits().transaction().giveUp(Unreplayed.CUT);
      session.sentUnits().giveUp();
    }
    outstanding -= count;
    session.carried().groupsMerged(count);
    session.writes().merged(count, session.carried().done());
    session.lifecycle().running().merged(count, session.carried().done());
  }

  void groupComplete(ServerConnection from, TransactionState status, ServerError error) {
    RequestReader requests = session.requests();
    SessionState carried = session.carried();
    outstanding--;
    statements++;
    boolean unlike = part().isLeftOut();
    boolean cut = part().cut();
    session.sentUnits().answered();
    session.loss().answered();
    if (!session.sharing().active()) {
      session.sharing().answeredAlone();
    }
    session.reads().answered(status);
    session.writes().answered(status);
    long now = session.active();
    long nanos = now - statementSince;
    long micros = nanos / 1000;
    statementSince = now;
    if (error != null) {
      session.counters().errorSent();
      refusedToWrite(from, error);
    }
    count(carried.done(), status, micros, now);
    long group = carried.done();
    requests.lifecycle().running().answered(group, micros, error);
    requests.lifecycle().running().ran(nanos, received);
    received = 0;
    dropSkippedTags(carried.done());
    boolean committed = error == null && transaction.commits(group);
    boolean ends = transaction.open() && status == TransactionState.IDLE;
    boolean ddl = carried.groupDone(from, error != null, transaction.status(), status);
    if (ends) {
      session.listening().transactionOver(committed);
    }
    if (ddl || (error != null && session.dialect().errors().stalePlan(error))) {
      schemaChanged();
    }
    if (transaction.move(status, ddl)) {
      schemaChanged();
    }
    requests.lifecycle().answered(group, status);
    if (unlike) {
      session.loss().unlike(part().failure(), cut);
    }
    if (session.sentUnits().transaction().answered(status)) {
      return;
    }
    session.memory().settings(carried.settingsWeight());
    requests.countHeld();
    requests.handler().answered(from, error);
    if (session.closed()) {
      session.lease().rest(from);
    } else if (session.sharing().active()) {
      session.sharing().answered();
      session.lease().settleShared();
    } else if (outstanding == 0) {
      if (from.foreignSequences()
          && status == TransactionState.IDLE
          && session.lease().keepsServer()
          && !from.groupOpen()) {
        requests.handler().forgetSequences(from); // from here on its values stay: only its own may
      }
      session.lease().settle();
    } else if (requests.blocked()) {
      requests.process();
    }
  }

  /** A group is answered: its time counts, unless rules leave all that it did out. */
  private void count(long group, TransactionState status, long micros, long now) {
    boolean tracked = session.lifecycle().running().tracked(group);
    if (tracked) {
      session.counters().queryFinished(micros);
    }
    transaction.count(status, micros, now, tracked);
  }

  /** A server that writes only what a writer sends it is none. */
  private void refusedToWrite(ServerConnection from, ServerError error) {
    if (session.dialect().errors().readOnly(error) && !session.reads().away()) {
      session.lease().destinations().lender().scope().suspect(from, "rejects writes");
    }
  }

  /** Definitions of the session's database were, or may have been, changed. */
  private void schemaChanged() {
    String database = session.pool().key().database();
    if (session.writes().tracked()) {
      session.vdb().plansChanged(database);
    } else {
      session.vdb().schemaChanged(database);
    }
  }

  /** After an error the server skips the rest of a group. */
  private void dropSkippedTags(long done) {
    while (knownTags != null && !knownTags.isEmpty() && knownTags.peek().group() <= done) {
      knownTags.poll();
    }
  }

  boolean absorbs(ServerConnection from, ServerError error) {
    if (session.sharing().active()) {
      return session.sharing().absorbs(error, from);
    }
    return session.state() == LeaseState.ACTIVE && session.sentUnits().alone().absorbs(error, from);
  }

  void groupAbsorbed(ServerConnection from) {
    BatchReplay replay = session.sentUnits().alone();
    outstanding--;
    session.lifecycle().running().notes().groupOver();
    session.carried().groupUnsent();
    replay.groupAbsorbed();
    session.sentUnits().transaction().takeBack();
    if (session.sharing().active()) {
      boolean untold = session.sharing().takeUntold() != 0;
      if (session.sharing().absorbed()) {
        schemaChanged();
      }
      if (untold || session.sharing().failedOnReplica()) {
        replay.repeat();
      } else {
        replay.sendAgain();
      }
      return;
    }
    switch (replay.recovery()) {
      case RESUME -> schemaChanged();
      case ELSEWHERE, CONTINUE_ELSEWHERE -> session.reads().refusedThere();
      default -> {}
    }
    if (session.closed()) {
      session.lease().rest(from);
      return;
    }
    switch (replay.recovery()) {
      case RESUME -> replay.sendAgain();
      case AT_WRITER -> {
        session.lease().destinations().lender().scope().suspect(from, "rejects writes");
        replay.beforeRetry();
        session.lease().resending().atWriter();
      }
      default -> session.lease().resending().after(replay.beforeRetry());
    }
  }
}
