package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.Cause;
import dev.heimdall.engine.journal.Guard;
import dev.heimdall.engine.journal.HeldReply;
import dev.heimdall.engine.journal.Journal;
import dev.heimdall.engine.journal.Recovery;
import dev.heimdall.engine.journal.StandaloneUnit;
import dev.heimdall.engine.placement.ReplicaReads;
import dev.heimdall.engine.placement.ReplicaTrouble;
import dev.heimdall.engine.reply.ReplySource;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.AnonymousParse;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.function.IntSupplier;

/**
 * Keeps a client's batch while the node answers its Parse from memory, and sends it once more when
 * the server finds that what it remembers is stale. That happens before anything of the batch was
 * executed, so the client does not notice.
 *
 * <p>Only batches that stand alone are eligible: outside a transaction, with nothing before them
 * unanswered and nothing behind, here as a whole up to their Sync, and with one Parse, which comes
 * first. A client that sends more before it has the answer waits once and is left alone from then
 * on, until it has waited for its answers for a while.
 */
public final class BatchReplay {
  public static final int MAX_BATCH = 16 * 1024;

  /** A client that has waited for so many answers in a row is like any other. */
  private static final int QUIET = 32;

  /** What a server says that writes only what a writer sends it. */
  private static final String READ_ONLY = "25006";

  private final ClientSession session;
  private final RequestReader requests;
  private final RequestFormat format;
  private final StandaloneUnit unit;
  private final HeldReply reply;
  private int batchLength;

  /** Whether what is being read was sent before, and its Parse was answered to the client. */
  private boolean resumes;

  /** How many answers in a row the client has waited for since it sent ahead. */
  private int quiet = QUIET;

  BatchReplay(
      ClientSession session, RequestReader requests, RequestFormat format, Journal journal) {
    this.session = session;
    this.requests = requests;
    this.format = format;
    this.unit = journal.standalone();
    this.reply = journal.reply();
  }

  /**
   * Whether a batch that prepares a statement first may have that answered from memory, because it
   * can be sent again.
   *
   * @param facts of its statement
   * @param batch says how long it is, up to its end, and 0 where it may not
   */
  public boolean mayRemember(ServerConnection server, StatementFacts facts, IntSupplier batch) {
    if (resumes) {
      return true;
    }
    if (unit.guard() == Guard.RETRY_RULE || unit.guard() == Guard.REMEMBERED) {
      return false;
    }
    if (session.vdb().settings().vdb().prepared().anonymousParse() != AnonymousParse.AUTO
        || session.status() != TransactionState.IDLE
        || session.outstanding() > 0
        || pipelines()
        || server.groupOpen()
        || !facts.effects().isEmpty()) {
      return false;
    }
    switch (facts.kind()) {
      case SELECT, DML -> {}
      default -> {
        return false;
      }
    }
    batchLength = batch.getAsInt();
    return batchLength > 0;
  }

  /** Keeps the batch at the reader's position until it is answered. */
  public void keep(ByteBuf input) {
    if (!unit.isKept()) {
      unit.keep(input, batchLength, session.carried().sent(), Guard.REMEMBERED);
      reply.begin();
    }
    unit.remember();
  }

  /** Keeps all that waits, which goes into the pipeline of a shared connection. */
  void keepShared(ByteBuf input) {
    // One that a server failed is kept: from here on the pipeline knows what to do about a loss.
    unit.keep(input, input.readableBytes(), session.carried().sent(), Guard.SHARED);
    reply.begin();
  }

  /** Whether the client sends more before it has the answer to what it sent before. */
  boolean pipelines() {
    return quiet < QUIET;
  }

  /** Has the reader read what is kept as if it had just come: nothing of it was answered. */
  void repeat() {
    reply.drop();
    requests.readAgain(unit.takeOut());
  }

  /** A Sync was sent: the batch, if one is kept, is complete. */
  void sent() {
    unit.sent();
  }

  /** Whether what is being read was sent before, and answered in part. */
  public boolean repeats() {
    return resumes;
  }

  /** Whether the Parse that is being read was answered to the client before. */
  public boolean sendingAgain() {
    boolean was = resumes;
    resumes = false;
    return was;
  }

  /** Keeps what stands at the reader's position, because a rule may want it tried again. */
  public void keepForRetry(ByteBuf input, ActionParameters.Retry rule) {
    if (standsAlone() && keep(input, format.whole(input, MAX_BATCH), Guard.RETRY_RULE)) {
      unit.retriedBy(rule);
    }
  }

  /**
   * Keeps the write that stands at the reader's position, because the writer of a cluster may be
   * none any more.
   *
   * @param undone whether a rollback leaves nothing of it behind
   */
  public void keepForFailover(ByteBuf input, boolean undone) {
    if (!pipelines() && standsAlone()) {
      keep(input, format.whole(input, MAX_BATCH), undone ? Guard.WRITE : Guard.OTHER_WRITE);
    }
  }

  /** Keeps the read that stands alone at the reader's position and goes to a replica. */
  public void keepForReplica(ByteBuf input) {
    if (!resumes && !unit.isKept()) {
      keep(input, format.alone(input, ReplicaReads.MOST_BYTES, 1), Guard.REPLICA_READ);
    }
  }

  /** Whether nothing is kept, under way, or open before what stands at the reader's position. */
  private boolean standsAlone() {
    return !resumes
        && !unit.isKept()
        && session.status() == TransactionState.IDLE
        && session.outstanding() == 0
        && !session.server().groupOpen();
  }

  /**
   * Keeps so much of what stands at the reader's position, to be sent for the first time.
   *
   * @return whether that is anything
   */
  private boolean keep(ByteBuf input, int length, Guard guard) {
    if (length <= 0 || requests.handler().namesTaken(input.slice(input.readerIndex(), length))) {
      return false;
    }
    unit.keep(input, length, session.carried().sent(), guard);
    if (session.outstanding() == 0) {
      reply.begin(); // else it is another's that comes first
    }
    return true;
  }

  /** Whether it is known here what to do about the loss of what is being sent. */
  boolean guards() {
    return unit.isGuarded();
  }

  /** Whether the kept statement can still be sent again without its client seeing anything. */
  private boolean untold(ServerConnection from) {
    return unit.guard() == Guard.REPLICA_READ ? nothingGiven(from) : !from.begun();
  }

  /** Whether the client has had nothing of the answer, and there is nothing that it must have. */
  boolean nothingGiven(ServerConnection from) {
    return !reply.delivered() && !from.due();
  }

  /** Whether the answer that comes now, the only one that does, is that of the kept batch. */
  private boolean isAnswered() {
    return unit.is(session.carried().done());
  }

  /** Whether the server's error, the first it says about the kept batch, stays between us. */
  boolean absorbs(ServerError error, ServerConnection from) {
    if (!isAnswered() || session.outstanding() != 1) {
      return false;
    }
    Cause cause = causeOf(error, from);
    boolean absorbs = unit.fails(cause, untold(from), cause != Cause.ERROR || wantsRetry(error));
    if (unit.recovery() == Recovery.RESUME) {
      reply.deliver();
    }
    return absorbs;
  }

  private Cause causeOf(ServerError error, ServerConnection from) {
    if (unit.rule() != null) {
      return Cause.ERROR;
    }
    if (unit.isRemembered() && !from.told() && session.dialect().errors().stalePlan(error)) {
      return Cause.STALE_PLAN;
    }
    if (session.reads().away()) {
      return ReplicaTrouble.mayBe(error) ? Cause.REPLICA_ERROR : Cause.ERROR;
    }
    return error.sqlState().equals(READ_ONLY) ? Cause.READ_ONLY_SERVER : Cause.ERROR;
  }

  /** What becomes of the batch whose error or loss was absorbed. */
  Recovery recovery() {
    return unit.recovery();
  }

  /** Whether the rest of the answer is nobody's. */
  boolean absorbing() {
    return unit.isRecovering();
  }

  /** Whether what comes now is looked after here, so that the client has it as late as may be. */
  boolean guarded() {
    return unit.isGuarded() && isAnswered();
  }

  /**
   * Whether what the server says first of a statement that may be tried again may wait, so that the
   * client has nothing of it yet: what comes before a statement is carried out, and of reads also
   * the first rows, as long as they are few and come without their end.
   */
  boolean mayHold(ReplySource from, int bytes) {
    if (unit.guard() != Guard.SHARED && unit.guard() != Guard.REPLICA_READ) {
      return !from.begun();
    }
    return !from.due() && reply.hasRoom(bytes);
  }

  private boolean wantsRetry(ServerError error) {
    ActionParameters.Retry rule = unit.rule();
    return rule != null
        && unit.tries() < rule.maxRetries()
        && rule.exception()
            .map(part -> part.equals(error.sqlState()) || error.message().contains(part))
            .orElse(true);
  }

  /**
   * Whether a statement whose connection was lost is to be sent again.
   *
   * @param cause of the loss
   * @param harmless whether it changes nothing, so that it does not matter if it was carried out
   */
  boolean survivesLoss(ServerError error, Cause cause, boolean harmless, ServerConnection from) {
    ActionParameters.Retry rule = unit.rule();
    boolean asking = unit.isUnsent() && session.outstanding() == 0 && rule == null;
    if (!isAnswered() || !(asking || session.outstanding() == 1)) {
      return false;
    }
    boolean permitted =
        rule == null
            ? session.loss().mayGoOn()
            : (harmless || rule.repeatUncertain()) && wantsRetry(error);
    boolean survives = unit.fails(cause, untold(from), permitted);
    if (survives) {
      reply.drop();
      if (asking) {
        requests.input().dropStatement(); // the server was being asked about a statement of it
      }
    }
    return survives;
  }

  /** How long to wait before the next try, which begins now. */
  Duration beforeRetry() {
    unit.count();
    reply.drop();
    return unit.rule() == null ? Duration.ZERO : Duration.ofMillis(unit.rule().retryDelay());
  }

  /** Tries what is kept again, and keeps it. */
  void tryAgain() {
    if (!unit.isKept()) {
      return; // the client has gone
    }
    ByteBuf batch = unit.again(session.carried().sent());
    requests.handler().freeNames(batch);
    requests.readAgain(batch);
  }

  /** Refuses what is kept instead of trying it again. */
  void refuse(ServerError error) {
    if (unit.isKept()) {
      ByteBuf batch = unit.takeOut();
      requests.handler().freeNames(batch);
      forget();
      requests.refuseAgain(batch, error);
    }
  }

  /** What waits is refused: if it is what is kept, it will never be answered. */
  void refused() {
    resumes = false;
    if (unit.isUnsent()) {
      unit.forget();
    }
  }

  /** Whether what the client has sent behind the batch must wait for the batch's answer. */
  boolean holdsBack() {
    if (unit.holdsBack()) {
      quiet = 0;
      return true;
    }
    return false;
  }

  /** The server is ready again: the batch goes to the reader once more. */
  void sendAgain() {
    ByteBuf batch = unit.takeOut();
    resumes = format.prepares(batch);
    requests.readAgain(batch);
  }

  /**
   * A unit was answered.
   *
   * @param done its number
   */
  void answered(long done) {
    if (!unit.isKept() || unit.is(done)) {
      forget();
    }
    if (pipelines()) {
      quiet = session.outstanding() == 0 && !requests.input().waits() ? quiet + 1 : 0;
    }
  }

  /** The batch was answered, or will never be. */
  void forget() {
    unit.forget();
    resumes = false;
    if (session.closed()) {
      reply.drop();
    } else {
      reply.deliver();
    }
  }
}
