package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.Cause;
import dev.heimdall.engine.journal.Guard;
import dev.heimdall.engine.journal.HeldReply;
import dev.heimdall.engine.journal.Recovery;
import dev.heimdall.engine.journal.Recovery.Attempt;
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
  private ByteBuf kept;
  private int batchLength;
  private boolean sent;
  private boolean again;
  private boolean pipelines;

  /** How many answers a client that has sent ahead has waited for since. */
  private int quiet;

  private boolean shared;
  private ActionParameters.Retry retry;

  private Failover failover = Failover.NONE;

  /** Whether a Parse of what is kept was answered from memory. */
  private boolean remembered;

  /** Whether the server has refused to write what is kept. */
  private boolean refusedToWrite;

  /** What is done about the answer that failed to come. */
  private Recovery recovery = Recovery.FAIL;

  private int tries;

  private final HeldReply reply;

  /** What may be done about the loss of the server that the kept statement was sent to. */
  private enum Failover {
    NONE,
    /** It changes data: it runs again when the server has said that it changed nothing. */
    WRITE,
    /**
     * It changes nothing, and was sent to a replica, which may not be able to answer it: it runs
     * again when the client was told nothing of it.
     */
    ON_REPLICA
  }

  /**
   * @param reply the beginning of the answer to what is kept
   */
  BatchReplay(
      ClientSession session, RequestReader requests, RequestFormat format, HeldReply reply) {
    this.session = session;
    this.requests = requests;
    this.format = format;
    this.reply = reply;
  }

  /**
   * Whether a batch that prepares a statement first may have that answered from memory, because it
   * can be sent again.
   *
   * @param facts of its statement
   * @param batch says how long it is, up to its end, and 0 where it may not
   */
  public boolean mayRemember(ServerConnection server, StatementFacts facts, IntSupplier batch) {
    if (again) {
      return true;
    }
    if (kept != null && !shared && failover == Failover.NONE) {
      return false; // for a rule
    }
    if (session.vdb().settings().vdb().prepared().anonymousParse() != AnonymousParse.AUTO
        || session.status() != TransactionState.IDLE
        || session.outstanding() > 0
        || pipelines
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
    remembered = true;
    if (shared || failover != Failover.NONE) {
      return; // it is kept
    }
    kept = input.retainedSlice(input.readerIndex(), batchLength);
    sent = false;
    reply.begin();
  }

  /** Keeps all that waits, which goes into the pipeline of a shared connection. */
  void keepShared(ByteBuf input) {
    if (kept != null) {
      kept.release(); // a server failed it; from here on the pipeline knows what to do about a loss
      failover = Failover.NONE;
    }
    kept = input.retainedSlice();
    shared = true;
    sent = false;
    reply.begin();
  }

  /** Whether the client sends more before it has the answer to what it sent before. */
  boolean pipelines() {
    return pipelines;
  }

  /** Has the reader read what is kept as if it had just come: nothing of it was answered. */
  void repeat() {
    reply.drop();
    ByteBuf batch = kept;
    kept = null;
    shared = false;
    recovery = Recovery.FAIL;
    remembered = false;
    requests.readAgain(batch);
  }

  /** A Sync was sent: the batch, if one is kept, is complete. */
  void sent() {
    sent = true;
  }

  /** Whether what is being read was sent before, and answered in part. */
  public boolean repeats() {
    return again;
  }

  /** Whether the Parse that is being read was answered to the client before. */
  public boolean sendingAgain() {
    boolean was = again;
    again = false;
    return was;
  }

  /** Keeps what stands at the reader's position, because a rule may want it tried again. */
  public void keepForRetry(ByteBuf input, ActionParameters.Retry rule) {
    if (retry == null && standsAlone() && keep(input, format.whole(input, MAX_BATCH))) {
      retry = rule;
    }
  }

  /**
   * Keeps the write that stands at the reader's position, because the writer of a cluster may be
   * none any more.
   */
  public void keepForFailover(ByteBuf input) {
    if (!again && !pipelines && standsAlone() && keep(input, format.whole(input, MAX_BATCH))) {
      failover = Failover.WRITE;
      refusedToWrite = false;
    }
  }

  /** Keeps the read that stands alone at the reader's position and goes to a replica. */
  public void keepForReplica(ByteBuf input) {
    if (!again && kept == null && keep(input, format.alone(input, ReplicaReads.MOST_BYTES, 1))) {
      failover = Failover.ON_REPLICA;
      refusedToWrite = false;
    }
  }

  /** Whether nothing is kept, under way, or open before what stands at the reader's position. */
  private boolean standsAlone() {
    return kept == null
        && session.status() == TransactionState.IDLE
        && session.outstanding() == 0
        && !session.server().groupOpen();
  }

  /**
   * Keeps so much of what stands at the reader's position, to be sent for the first time.
   *
   * @return whether that is anything
   */
  private boolean keep(ByteBuf input, int length) {
    if (length <= 0) {
      return false;
    }
    ByteBuf batch = input.slice(input.readerIndex(), length);
    if (requests.handler().namesTaken(batch)) {
      return false;
    }
    kept = batch.retain();
    sent = false;
    if (session.outstanding() == 0) {
      reply.begin(); // else it is another's that comes first
    }
    tries = 0;
    return true;
  }

  private boolean reads() {
    return failover == Failover.ON_REPLICA;
  }

  /** Whether it is known here what to do about the loss of what is being sent. */
  boolean guards() {
    return kept != null && (retry != null || failover != Failover.NONE || shared);
  }

  /** Whether the kept statement can still be sent again without its client seeing anything. */
  private boolean untold(ServerConnection from) {
    return reads() ? nothingGiven(from) : !from.begun();
  }

  /** Whether the client has had nothing of the answer, and there is nothing that it must have. */
  boolean nothingGiven(ServerConnection from) {
    return !reply.delivered() && !from.due();
  }

  private Guard guard() {
    if (retry != null) {
      return Guard.RETRY_RULE;
    }
    return switch (failover) {
      case WRITE -> Guard.WRITE;
      case ON_REPLICA -> Guard.REPLICA_READ;
      case NONE -> shared ? Guard.SHARED : Guard.NONE;
    };
  }

  /** Whether the server's error, the first it says about the kept batch, stays between us. */
  boolean absorbs(ServerError error, ServerConnection from) {
    if (kept == null || session.outstanding() != 1) {
      return false;
    }
    Cause cause = causeOf(error, from);
    Guard guard = cause == Cause.STALE_PLAN ? Guard.REMEMBERED : guard();
    boolean permitted =
        switch (cause) {
          case ERROR -> retry != null && wantsRetry(error);
          case READ_ONLY_SERVER -> !refusedToWrite;
          default -> true;
        };
    recovery = Recovery.of(new Attempt(guard, reads(), untold(from), permitted), cause);
    refusedToWrite = recovery == Recovery.AT_WRITER;
    if (recovery == Recovery.RESUME) {
      reply.deliver();
    }
    return absorbing();
  }

  private Cause causeOf(ServerError error, ServerConnection from) {
    if (retry != null) {
      return Cause.ERROR;
    }
    if (remembered && !from.told() && session.dialect().errors().stalePlan(error)) {
      return Cause.STALE_PLAN;
    }
    if (session.reads().away()) {
      return ReplicaTrouble.mayBe(error) ? Cause.REPLICA_ERROR : Cause.ERROR;
    }
    return error.sqlState().equals(READ_ONLY) ? Cause.READ_ONLY_SERVER : Cause.ERROR;
  }

  /** What becomes of the batch whose error or loss was absorbed. */
  Recovery recovery() {
    return recovery;
  }

  /** Whether the rest of the answer is nobody's. */
  boolean absorbing() {
    return recovery != Recovery.FAIL;
  }

  /** Whether its answer is looked after here, so that the client has it as late as may be. */
  boolean guarded() {
    return guard() != Guard.NONE;
  }

  /**
   * Whether what the server says first of a statement that may be tried again may wait, so that the
   * client has nothing of it yet: what comes before a statement is carried out, and of reads also
   * the first rows, as long as they are few and come without their end.
   */
  boolean mayHold(ReplySource from, int bytes) {
    if (!shared && !reads()) {
      return !from.begun();
    }
    return !from.due() && reply.hasRoom(bytes);
  }

  private boolean wantsRetry(ServerError error) {
    return tries < retry.maxRetries()
        && retry
            .exception()
            .map(part -> part.equals(error.sqlState()) || error.message().contains(part))
            .orElse(true);
  }

  /**
   * Whether a statement whose connection was lost is to be sent again.
   *
   * @param harmless whether it changes nothing, so that it does not matter if it was carried out
   */
  boolean survivesLoss(ServerError error, boolean harmless, ServerConnection from) {
    boolean asking = !sent && session.outstanding() == 0 && retry == null;
    if (kept == null || !(asking || session.outstanding() == 1)) {
      return false;
    }
    boolean permitted =
        retry == null
            ? session.loss().mayGoOn()
            : (harmless || retry.repeatUncertain()) && wantsRetry(error);
    recovery =
        Recovery.of(new Attempt(guard(), reads(), untold(from), permitted), Cause.CONNECTION_LOST);
    if (absorbing()) {
      reply.drop();
      if (asking) {
        requests.input().dropStatement(); // the server was being asked about a statement of it
      }
    }
    return absorbing();
  }

  /** How long to wait before the next try, which begins now. */
  Duration beforeRetry() {
    tries++;
    reply.drop();
    return retry == null ? Duration.ZERO : Duration.ofMillis(retry.retryDelay());
  }

  /** Tries what is kept again, and keeps it. */
  void tryAgain() {
    if (kept == null) {
      return; // the client has gone
    }
    recovery = Recovery.FAIL;
    sent = false;
    requests.handler().freeNames(kept);
    requests.readAgain(kept.retainedSlice());
  }

  /** Refuses what is kept instead of trying it again. */
  void refuse(ServerError error) {
    if (kept != null) {
      requests.handler().freeNames(kept);
      ByteBuf batch = kept.retainedSlice();
      forget();
      requests.refuseAgain(batch, error);
    }
  }

  /** Whether what the client has sent behind the batch must wait for the batch's answer. */
  boolean holdsBack() {
    if (kept != null && sent || absorbing()) {
      pipelines = true;
      quiet = 0;
      return true;
    }
    return false;
  }

  /** The server is ready again: the batch goes to the reader once more. */
  void sendAgain() {
    recovery = Recovery.FAIL;
    again = format.prepares(kept);
    shared = false;
    failover = Failover.NONE;
    remembered = false;
    ByteBuf batch = kept;
    kept = null;
    requests.readAgain(batch);
  }

  /** What was sent is answered. */
  void answered() {
    forget();
    if (pipelines) {
      quiet = session.outstanding() == 0 && !requests.input().waits() ? quiet + 1 : 0;
      pipelines = quiet < QUIET;
    }
  }

  /** The batch was answered, or will never be. */
  void forget() {
    recovery = Recovery.FAIL;
    if (session.closed()) {
      reply.drop();
    } else {
      reply.deliver();
    }
    retry = null;
    failover = Failover.NONE;
    remembered = false;
    shared = false;
    if (kept != null) {
      kept.release();
      kept = null;
    }
  }
}
