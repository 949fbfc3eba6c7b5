package dev.heimdall.engine.journal;

import dev.heimdall.engine.reply.ReplySource;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.ActionParameters;
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

  private final UnitPosition position;
  private final UnitReader reader;
  private final UnitInput input;
  private final UnitFormat format;
  private final ErrorCauses errors;
  private final Journal journal;
  private final StandaloneUnit unit;
  private final HeldReply reply;
  private int batchLength;

  /** True if what is being read was sent before, and its Parse was answered to the client. */
  private boolean resumes;

  /** Server's error for the kept unit, absorbed here in the place of its client; or null. */
  private ServerError absorbed;

  /** Number of answers in a row that the client has waited for since it sent ahead. */
  private int quiet = QUIET;

  public BatchReplay(
      UnitPosition position,
      UnitReader reader,
      UnitInput input,
      UnitFormat format,
      ErrorCauses errors,
      Journal journal) {
    this.position = position;
    this.reader = reader;
    this.input = input;
    this.format = format;
    this.errors = errors;
    this.journal = journal;
    this.unit = journal.standalone();
    this.reply = journal.reply();
  }

  /**
   * True if a batch that prepares a statement first may have that answered from memory, because it
   * can be sent again.
   *
   * @param facts of its statement
   * @param batch says how long it is, up to its end, and 0 where it may not
   */
  public boolean mayRemember(StatementFacts facts, IntSupplier batch) {
    if (resumes) {
      return true;
    }
    if (unit.guard() == Guard.RETRY_RULE || unit.guard() == Guard.REMEMBERED) {
      return false;
    }
    if (position.status() != TransactionState.IDLE
        || position.outstanding() > 0
        || pipelines()
        || position.unitOpen()
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
      unit.keep(input, batchLength, position.sent(), Guard.REMEMBERED);
      reply.begin();
    }
    unit.remember();
  }

  /** Keeps all that waits, which goes into the pipeline of a shared connection. */
  public void keepShared(ByteBuf input) {
    // One that a server failed is kept: from here on the pipeline knows what to do about a loss.
    unit.keep(input, input.readableBytes(), position.sent(), Guard.SHARED);
    reply.begin();
  }

  /** True if the client sends more before it has the answer to what it sent before. */
  public boolean pipelines() {
    return quiet < QUIET;
  }

  /** Has the reader read what is kept as if it had just come: nothing of it was answered. */
  public void repeat() {
    reply.drop();
    reader.readAgain(unit.takeOut());
  }

  /** A Sync was sent: the batch, if one is kept, is complete. */
  public void sent() {
    unit.sent();
  }

  /** True if what is being read was sent before, and answered in part. */
  public boolean repeats() {
    return resumes;
  }

  /** True if the Parse that is being read was answered to the client before. */
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
      keep(input, format.alone(input, MAX_BATCH, 1), Guard.REPLICA_READ);
    }
  }

  /** True if nothing is kept, in progress, or open before what stands at the reader's position. */
  private boolean standsAlone() {
    return !resumes
        && !unit.isKept()
        && position.status() == TransactionState.IDLE
        && position.outstanding() == 0
        && !position.unitOpen();
  }

  /**
   * Keeps so much of what stands at the reader's position, to be sent for the first time.
   *
   * @return whether that is anything
   */
  private boolean keep(ByteBuf input, int length, Guard guard) {
    if (length <= 0 || reader.messages().namesTaken(input.slice(input.readerIndex(), length))) {
      return false;
    }
    unit.keep(input, length, position.sent(), guard);
    if (position.outstanding() == 0) {
      reply.begin(); // else it is another's that comes first
    }
    return true;
  }

  /** True if all that is unanswered is kept, and goes elsewhere if the connection is lost now. */
  boolean goesElsewhere() {
    boolean asking = unit.isUnsent() && position.outstanding() == 0;
    return isAnswered()
        && unit.goesElsewhere()
        && (asking || position.outstanding() == 1 && !position.unitOpen());
  }

  /** True if it is known here what to do about the loss of what is being sent. */
  public boolean guards() {
    return unit.isGuarded();
  }

  /**
   * Returns the part of the kept statement's answer that the client has had and would get twice.
   */
  private Delivery delivered(ReplySource from) {
    return unit.guard() == Guard.REPLICA_READ
        ? reply.delivery(from.due())
        : Delivery.of(!from.begun() && !reply.part().isThere());
  }

  /** True if the client has had nothing of the answer, and there is nothing that it must have. */
  public boolean nothingGiven(ReplySource from) {
    return !reply.delivered() && !from.due();
  }

  /** True if the answer that comes now, the only one that does, is that of the kept batch. */
  private boolean isAnswered() {
    return unit.is(position.done());
  }

  /**
   * True if the server's error, the first it says about the kept batch, stays between us.
   *
   * @param maySwitch whether there may soon be a server that accepts the write which this one
   *     rejects as read-only
   */
  public boolean absorbs(ServerError error, ReplySource from, boolean maySwitch) {
    if (!isAnswered() || position.outstanding() != 1) {
      return false;
    }
    Cause cause = causeOf(error, from);
    boolean permitted =
        switch (cause) {
          case ERROR -> wantsRetry(error);
          case READ_ONLY_SERVER -> maySwitch;
          default -> true;
        };
    boolean absorbs = unit.fails(cause, delivered(from), permitted);
    if (absorbs) {
      absorbed = error;
    }
    if (unit.recovery() == Recovery.RESUME) {
      reply.deliver();
    }
    return absorbs;
  }

  private Cause causeOf(ServerError error, ReplySource from) {
    if (unit.rule() != null) {
      return Cause.ERROR;
    }
    if (unit.isRemembered() && !from.told() && errors.stalePlan(error)) {
      return Cause.STALE_PLAN;
    }
    if (position.away()) {
      return errors.ofReplica(error) ? Cause.REPLICA_ERROR : Cause.ERROR;
    }
    return errors.readOnly(error) ? Cause.READ_ONLY_SERVER : Cause.ERROR;
  }

  /** The answer of the unit that was sent last has ended, and its error was absorbed. */
  public void groupAbsorbed() {
    leaveOut(absorbed);
    absorbed = null;
    journal.takeBack();
  }

  private void leaveOut(ServerError error) {
    if (unit.recovery() == Recovery.CONTINUE_ELSEWHERE) {
      reply.part().leaveOut(error);
    }
  }

  /** Recovery of the batch whose error or loss was absorbed. */
  public Recovery recovery() {
    return unit.recovery();
  }

  /** True if the rest of the answer is dropped. */
  public boolean absorbing() {
    return unit.isRecovering();
  }

  /** True if what comes now is looked after here, so that the client has it as late as may be. */
  public boolean guarded() {
    return unit.isGuarded() && isAnswered();
  }

  /**
   * True if what the server says first of a statement that may be tried again may wait, so that the
   * client has nothing of it yet: what comes before a statement is carried out, and of reads also
   * the first rows, as long as they are few and come without their end.
   */
  public boolean mayHold(ReplySource from, int bytes) {
    if (unit.guard() != Guard.SHARED && unit.guard() != Guard.REPLICA_READ) {
      return !from.begun();
    }
    return !from.due() && reply.hasRoom(bytes);
  }

  /** A rule names a code, or a part of what servers say. */
  private boolean wantsRetry(ServerError error) {
    ActionParameters.Retry rule = unit.rule();
    return rule != null
        && unit.tries() < rule.maxRetries()
        && rule.exception()
            .map(part -> error.isCalled(part) || error.message().contains(part))
            .orElse(true);
  }

  /**
   * True if a statement whose connection was lost is to be sent again.
   *
   * @param cause of the loss
   * @param harmless whether it changes nothing, so that it does not matter if it was carried out
   * @param mayGoOn whether what was lost may be tried again
   */
  public boolean survivesLoss(
      ServerError error, Cause cause, boolean harmless, boolean mayGoOn, ReplySource from) {
    ActionParameters.Retry rule = unit.rule();
    boolean asking = unit.isUnsent() && position.outstanding() == 0 && rule == null;
    if (!isAnswered() || !(asking || position.outstanding() == 1)) {
      return false;
    }
    boolean permitted =
        rule == null
            ? mayGoOn
            : (harmless || cause == Cause.NEVER_SENT || rule.repeatUncertain())
                && wantsRetry(error);
    boolean survives = unit.fails(cause, delivered(from), permitted);
    if (survives) {
      leaveOut(error);
      journal.takeAllBack();
      if (asking) {
        input.dropStatement(); // the server was being asked about a statement of it
      }
    }
    return survives;
  }

  /** Returns the wait before the next try, which begins now. */
  public Duration beforeRetry() {
    unit.count();
    reply.drop();
    return unit.rule() == null ? Duration.ZERO : Duration.ofMillis(unit.rule().retryDelay());
  }

  /** Tries what is kept again, and keeps it. */
  public void tryAgain() {
    if (!unit.isKept()) {
      return; // the client has gone
    }
    ByteBuf batch = unit.again(position.sent());
    reader.messages().freeNames(batch);
    reader.readAgain(batch);
  }

  /** Refuses what is kept instead of trying it again. */
  public void refuse(ServerError error) {
    if (unit.isKept()) {
      ByteBuf batch = unit.takeOut();
      reader.messages().freeNames(batch);
      forget();
      reader.refuseAgain(batch, error);
    }
  }

  /**
   * Notes that the waiting messages are rejected: if they are the kept unit, it will never be
   * answered.
   */
  public void refused() {
    resumes = false;
    if (unit.isUnsent()) {
      unit.forget();
    }
  }

  /** True if what the client has sent behind the batch must wait for the batch's answer. */
  public boolean holdsBack() {
    if (unit.holdsBack()) {
      quiet = 0;
      return true;
    }
    return false;
  }

  /** The server is ready again: the batch goes to the reader once more. */
  public void sendAgain() {
    ByteBuf batch = unit.takeOut();
    resumes = format.prepares(batch);
    reader.readAgain(batch);
  }

  /**
   * A unit was answered.
   *
   * @param done its number
   */
  public void answered(long done) {
    if (!unit.isKept() || unit.is(done)) {
      forget();
    }
    if (pipelines()) {
      quiet = position.outstanding() == 0 && !input.waits() ? quiet + 1 : 0;
    }
  }

  /** The batch was answered, or will never be. */
  public void forget() {
    unit.forget();
    resumes = false;
    if (position.closed()) {
      reply.drop();
    } else {
      reply.deliver();
    }
  }
}
