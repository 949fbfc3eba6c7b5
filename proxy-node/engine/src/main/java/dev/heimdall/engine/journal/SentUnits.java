package dev.heimdall.engine.journal;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.reply.ReplySource;
import dev.heimdall.engine.wire.ReplyFraming;
import dev.heimdall.model.TransactionReplaySettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;

/**
 * Unsettled messages of one client, by all components that keep them: a unit that stands alone,
 * reads in their order, and a whole transaction. They see each message before it is sent and once
 * it is, and each piece of an answer before its client does.
 */
public final class SentUnits {
  private static final int SCRATCH = 8 * 1024;

  private final UnitPosition position;
  private final UnitInput input;
  private final UnitFormat format;
  private final DeliveredPart part;
  private final HeldReply reply;
  private final Journal journal;
  private final BatchReplay alone;
  private final SentReads reads;
  private final TransactionReplay transaction;
  private final LostReads lost;
  private final boolean comparesAll;

  /**
   * @param replies how answers are cut into messages
   * @param delivered takes what was kept of an answer and goes to the client
   */
  public SentUnits(
      UnitContext session,
      ErrorCauses errors,
      UnitDestination destination,
      PreparedNames names,
      ReplyFraming replies,
      Consumer<ByteBuf> delivered,
      TransactionReplaySettings settings,
      PoolMetrics counters,
      ByteBufAllocator allocator) {
    UnitPosition position = session.position();
    this.position = position;
    this.input = session.input();
    this.format = session.format();
    LoopContext loop = session.loop();
    this.comparesAll = settings.enabled();
    // Null where what was answered is not to be compared.
    ReplyChecksum ofTransaction = comparesAll ? new ReplyChecksum(replies) : null;
    this.part = new DeliveredPart(new ReplyChecksum(replies), () -> loop.scratch(SCRATCH));
    this.reply = new HeldReply(allocator, part, delivered);
    this.journal = new Journal(reply, allocator);
    this.alone = new BatchReplay(position, session.reader(), input, format, errors, journal);
    this.transaction =
        new TransactionReplay(session, names, alone, journal, settings, ofTransaction, counters);
    this.reads = new SentReads(position, session.reader(), format, destination, alone, journal);
    this.lost = new LostReads(session, alone, transaction, journal);
  }

  // ---- by whom they are kept

  /** A unit that stands alone. */
  public BatchReplay alone() {
    return alone;
  }

  /** Reads at the writer of a cluster. */
  public SentReads reads() {
    return reads;
  }

  /** Reads at the writer of a cluster, once they are lost. */
  public LostReads lost() {
    return lost;
  }

  /**
   * True if all that is unanswered is read again if the connection is lost now.
   *
   * @param outstanding groups that are unanswered
   */
  public boolean readsOnly(int outstanding) {
    return alone.goesElsewhere() || lost.mayGoOn() && journal.readsOnly(outstanding);
  }

  /** The whole open transaction. */
  public TransactionReplay transaction() {
    return transaction;
  }

  /** Part that the client has had of the answer to the first of them. */
  public HeldReply reply() {
    return reply;
  }

  /** Bytes that they take. */
  public int size() {
    return journal.size();
  }

  // ---- what is sent

  /** True if what the client has sent behind them waits for what becomes of them. */
  public boolean holdsBack() {
    return input.waits() && (lost.holdsBack() || alone.holdsBack());
  }

  /**
   * The message at the reader's position is about to be sent.
   *
   * @return whether that is better done when the rest of it is here, too
   */
  public boolean awaitsRest(ByteBuf message, byte type, long total) {
    return reads.handles(message, type, total) && reads.awaitsRest(message, total);
  }

  /**
   * The message is sent next.
   *
   * @param shared whether it goes into a pipeline that others use as well
   * @return whether {@link #handled} is to follow
   */
  public boolean keeps(ByteBuf message, boolean shared) {
    boolean ofTransaction = transaction.keeps(message, shared);
    return ofTransaction || journal.isOpen();
  }

  /**
   * A message was handled, or its beginning.
   *
   * @param at where it begins
   * @param length so much of it; nothing, if it waits
   * @param sent the number of the next unit before it was handled
   */
  public void handled(byte type, ByteBuf from, int at, int length, long total, long sent) {
    boolean ended = position.sent() != sent;
    if (length > 0 && !ended && format.isQuery(type)) {
      journal.handledHere();
      transaction.handledHere();
    } else {
      transaction.handled(from, at, length, ended);
      journal.handled(length, total, ended);
    }
  }

  /** A unit was sent to its end. */
  public void unitSent() {
    alone.sent();
  }

  // ---- what is answered

  /** Takes a piece of an answer that its client has, or is not to have, which is then released. */
  public boolean takes(ByteBuf consumed) {
    return transaction.takes(consumed) || part.takes(consumed);
  }

  /** True if a piece of an answer waits here; if so it is released, else it goes to the client. */
  public boolean holdsReply(ReplySource from, ByteBuf consumed) {
    boolean guarded = alone.guarded();
    if (guarded && alone.absorbing()) {
      consumed.release();
      return true;
    }
    boolean noted = reads.answers();
    int bytes = consumed.readableBytes();
    return (guarded || noted)
        && reply.takes(
            consumed,
            (guarded && alone.mayHold(from, bytes)) || (noted && reads.mayHold(from, bytes)),
            compared(from));
  }

  /**
   * True if a new answer is compared with what the client has of this one: with all of it where
   * transactions are run again, else as long as it precedes the execution of a statement, which is
   * little: what a client awaits that prepares a statement before it goes on.
   */
  private boolean compared(ReplySource from) {
    return comparesAll || !(from.begun() || from.due());
  }

  /** True if nothing else may go to the client, which waits for what becomes of an answer. */
  public boolean silent() {
    return transaction.active() || part.isLeftOut();
  }

  /** A unit was answered. */
  public void answered() {
    long done = position.done();
    alone.answered(done);
    journal.answered(done);
  }

  /** Answers come as one that were to come one by one: which is whose is unknown. */
  public void giveUp() {
    journal.giveUp();
  }

  // ---- what is over

  /** Nothing of it is read again when its server is lost. */
  public void forget() {
    journal.forget(!position.closed());
  }

  /** The session has ended. */
  public void end() {
    alone.forget();
    forget();
    lost.end();
  }
}
