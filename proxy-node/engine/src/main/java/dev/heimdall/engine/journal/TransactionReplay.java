package dev.heimdall.engine.journal;

import dev.heimdall.engine.journal.Recovery.Attempt;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.TransactionReplaySettings;
import io.netty.buffer.ByteBuf;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs a client's transaction again when its server is lost before an end of it was sent: one group
 * of messages after the other is read as if it had just come, over whatever connection there is,
 * and its answer is kept from the client and compared with what the client was sent before. Where
 * all of it is the same the client goes on and notices nothing; else the transaction is rolled back
 * there, and the client gets an error for its loss.
 */
public final class TransactionReplay {
  /** Current stage; {@link #become} alone changes it. */
  private enum Stage {
    /** Nothing is run again. */
    NONE,
    /** The connection is lost, the transaction is about to be run again. */
    LOST,
    /** A group is being run again to which the client has the whole answer. */
    VERIFYING,
    /** A group is being run again to which the client has part of the answer. */
    RESUMING,
    /** It cannot be run again: what was done is being undone. */
    FAILING
  }

  /** The statement that is run again may be the reason for the loss. */
  private static final int MOST_ATTEMPTS = 3;

  private static final int SCRATCH = 8 * 1024;

  /** As for any transaction that may succeed when it is run again from its beginning. */
  public static final ServerError LOST =
      ServerError.error(
              Sqlstate.SERIALIZATION_FAILURE, "the transaction was lost together with its server")
          .withDetail("Nothing of it was committed.")
          .withHint("Run it again from its beginning.");

  private final UnitPosition position;
  private final UnitReader reader;
  private final UnitInput input;
  private final UnitFormat format;
  private final LostClient client;
  private final PreparedNames names;
  private final BatchReplay replay;
  private final Journal journal;
  private final PoolMetrics counters;
  private final LoopContext loop;
  private final Consumer<Throwable> failed;
  private final TransactionReplaySettings settings;
  private final TransactionLog log;
  private final RuledOutcomes outcomes = new RuledOutcomes();

  /** Null where transactions are not to be run again. */
  private final ReplyChecksum checksum;

  private Stage stage = Stage.NONE;

  /** Groups that were run again and answered as before. */
  private int verified;

  /** Part that the client had of the answer to the first unanswered group. */
  private final DeliveredPart part;

  /** Groups that the client waits for an answer to, and whether it has sent part of another. */
  private int pending;

  private boolean pendingOpen;

  private int attempts;
  private ScheduledFuture<?> clock;
  private ServerError failure;

  /** Outcome of the last transaction that was lost; null when there was none. */
  private String outcome;

  /**
   * @param checksum null where transactions are not to be run again
   */
  public TransactionReplay(
      UnitContext session,
      PreparedNames names,
      BatchReplay replay,
      Journal journal,
      TransactionReplaySettings settings,
      ReplyChecksum checksum,
      PoolMetrics counters) {
    this.position = session.position();
    this.reader = session.reader();
    this.input = session.input();
    this.format = session.format();
    this.client = session.client();
    this.names = names;
    this.replay = replay;
    this.journal = journal;
    this.counters = counters;
    this.loop = session.loop();
    this.failed = session.failed();
    this.settings = settings;
    this.log = new TransactionLog(settings, journal);
    this.checksum = checksum;
    this.part = new DeliveredPart(checksum, () -> loop.scratch(SCRATCH));
  }

  private void become(Stage next) {
    stage = next;
  }

  /** True if a transaction is being run again: nothing else goes to the client or comes from it. */
  public boolean active() {
    return stage != Stage.NONE;
  }

  /** True if nothing is to be read: neither what came nor what is to be read again. */
  public boolean holdsBack() {
    return stage == Stage.LOST || stage == Stage.FAILING;
  }

  // ---- what is kept

  /** True if what is sent is kept, as that of a transaction that may have to be run again. */
  public boolean keeps() {
    return log.keeps();
  }

  /**
   * Keeps the message at the reader's position, which is about to be sent; a transaction may begin
   * with it.
   *
   * @param shared whether it goes into a pipeline that others use as well
   * @return whether {@link #handled} is to follow
   */
  public boolean keeps(ByteBuf input, boolean shared) {
    if (checksum == null || stage != Stage.NONE) {
      return false;
    }
    if (!log.keeps()
        && position.status() == TransactionState.IDLE
        && position.outstanding() == 0
        && !position.unitOpen()
        && !shared) {
      log.begin(loop.now());
      part.end();
      checksum.clear();
      outcomes.clear();
      names.remember();
    }
    if (log.keeps()) {
      log.keep(input, position.sent());
    }
    return log.keeps();
  }

  /** The BEGIN that was answered before is about to be sent. */
  public void begins(byte[] sql, boolean forReplica) {
    if (checksum != null && stage == Stage.NONE) {
      log.begin(sql, forReplica, loop.now());
      part.end();
      checksum.clear();
      outcomes.clear();
      names.remember();
    }
  }

  /**
   * A message was handled, or its beginning.
   *
   * @param at where it begins
   * @param ended whether it has ended its unit
   */
  public void handled(ByteBuf from, int at, int length, boolean ended) {
    if (length == 0 || !log.keeps()) {
      return;
    }
    reader.messages().note(log, from, at, length); // as long as it is kept
    log.handled(length);
    if (ended) {
      log.groupSent();
    }
  }

  /** An operator's statement was answered here. */
  public void handledHere() {
    if (position.unitOpen()) {
      log.giveUp(Unreplayed.CUT); // the server will skip it
    }
  }

  /** More of a message was handled. */
  public void handledMore(ByteBuf from, int at, int length) {
    if (stage == Stage.NONE) {
      log.handledMore(from, at, length);
    }
  }

  /** A statement is about to be sent; null where that is unknown. */
  public void statement(StatementFacts facts) {
    if (stage == Stage.NONE) {
      log.statement(facts, position.autocommits());
    }
  }

  /** Notes that a bound statement is about to be sent. */
  public void bound(StatementFacts facts, boolean unnamed) {
    if (stage == Stage.NONE) {
      log.bound(facts, position.autocommits(), unnamed);
    }
  }

  /** The transaction, if one is open, is undone by what is no statement. */
  public void over() {
    if (stage == Stage.NONE) {
      log.end();
      names.forget();
    }
  }

  /**
   * Rules have made this of a statement, which is about to be sent or answered.
   *
   * @return whether it may be; not when it is run again and they have made something else of it
   */
  public boolean ruled(int outcome) {
    switch (stage) {
      case NONE -> {
        if (log.keeps()) {
          outcomes.note(outcome);
        }
        return true;
      }
      case VERIFYING, RESUMING -> {
        if (outcomes.same(outcome)) {
          return true;
        }
        different();
        return false;
      }
      default -> {
        return false;
      }
    }
  }

  /**
   * True if what would be answered without a server must not be, because it is being run again: it
   * was sent the first time.
   */
  public boolean wasSent() {
    if (active()) {
      different();
    }
    return active();
  }

  /** The open transaction cannot be run again. */
  public void giveUp(Unreplayed why) {
    if (stage == Stage.NONE) {
      log.giveUp(why);
    }
  }

  /** Nothing was answered of what was sent last, and it is going to be read once more. */
  public void takeBack() {
    if (checksum != null) {
      checksum.clear();
      part.begin();
      if (stage == Stage.NONE) {
        log.end();
      }
    }
  }

  // ---- what is answered

  /** Takes a piece of an answer that the client is not to have, which is then released. */
  public boolean takes(ByteBuf consumed) {
    switch (stage) {
      case NONE -> {
        if (log.keeps()) {
          part.delivers(consumed);
        }
        return false;
      }
      case VERIFYING -> checksum.add(consumed, Long.MAX_VALUE, loop.scratch(SCRATCH));
      case RESUMING -> {
        boolean had = part.takes(consumed);
        if (part.isDifferent()) {
          different();
        } else if (!part.isLeftOut()) {
          if (!had) {
            part.delivers(consumed);
          }
          // What of the group still waits, for a rule perhaps, is sent for the first time.
          succeed(log.cut(verified + 1, input.unread(), position.sent()));
          loop.soon(this::goOn, failed);
        }
        return had;
      }
      case LOST, FAILING -> {}
    }
    consumed.release();
    return true;
  }

  /**
   * A group was answered.
   *
   * @return whether the transaction is being run again, and goes on by itself
   */
  public boolean answered(TransactionState status) {
    switch (stage) {
      case NONE -> {
        boolean keeps = log.keeps();
        byte[] sum = keeps ? checksum.take() : null;
        part.end();
        if (log.answered(sum, status, position.outstanding() == 0)) {
          names.forget();
        }
        return false;
      }
      case VERIFYING -> {
        if (log.same(verified, checksum.take())) {
          verified++;
          next();
        } else {
          different();
        }
      }
      case RESUMING -> different();
      case LOST, FAILING -> {}
    }
    return true;
  }

  // ---- running it again

  /**
   * The server connection of a client is lost that is there, and in no transaction that was lost
   * before.
   *
   * @param loss what is known of it
   * @return whether that is taken care of
   */
  public boolean takesOver(Loss loss) {
    if (checksum == null) {
      return false;
    }
    switch (stage) {
      case NONE -> {
        return begin(loss);
      }
      case FAILING -> report();
      default -> {
        if (++attempts > MOST_ATTEMPTS) {
          become(Stage.FAILING);
          lost(Unreplayed.LOST_AGAIN, null);
          report();
        } else {
          rewind();
        }
      }
    }
    return true;
  }

  private boolean inTransaction() {
    return position.status() != TransactionState.IDLE;
  }

  private boolean begin(Loss loss) {
    if (!inTransaction() && !log.keeps()) {
      return false;
    }
    Unreplayed obstacle = obstacle(loss);
    Attempt attempt = new Attempt(Guard.TRANSACTION, false, Delivery.KNOWN, obstacle == null);
    if (Recovery.of(attempt, Cause.CONNECTION_LOST) != Recovery.TRANSACTION) {
      if (inTransaction()) {
        counters.transactionUnreplayed(obstacle);
        outcome = "no: " + obstacle.words();
      }
      log.end();
      names.forget();
      return false;
    }
    attempts = 1;
    pending = log.unanswered();
    pendingOpen = log.open();
    if (checksum.counted() > 0 || checksum.amidMessage()) {
      part.leaveOut(null);
    } else {
      part.end();
    }
    replay.forget();
    journal.forget(true);
    if (pending > 0 || pendingOpen) {
      loss.cancel().run();
    }
    clock = loop.later(this::late, settings.maxTime().toMillis(), TimeUnit.MILLISECONDS, failed);
    rewind();
    return true;
  }

  private Unreplayed obstacle(Loss loss) {
    Unreplayed obstacle = log.obstacle(loop.now());
    if (obstacle != null || loss.obstacle() != null) {
      return obstacle != null ? obstacle : loss.obstacle();
    }
    return input.midMessage()
            || reader.skips()
            || checksum.amidUncounted()
            || position.outstanding() != log.unanswered()
        ? Unreplayed.CUT
        : null;
  }

  /** Brings the session to where it was when the transaction began. */
  private void rewind() {
    become(Stage.LOST);
    verified = 0;
    outcomes.rewind();
    client.unanswered(Set.of(), false);
    names.takeBack();
    client.rewind(log.heldBegin(), log.heldForReplica());
    loop.soon(this::run, failed);
  }

  private void run() {
    if (stage == Stage.LOST && !position.closed()) {
      input.setAside();
      next();
    }
  }

  private void next() {
    checksum.clear();
    part.begin();
    if (verified < log.answered()) {
      become(Stage.VERIFYING);
      reader.readAgain(log.group(verified));
    } else if (part.isLeftOut()) {
      become(Stage.RESUMING);
      reader.readAgain(log.group(verified));
    } else {
      succeed(log.cut(verified, 0, position.sent()));
      reader.process();
    }
  }

  /**
   * All that the client knows is as it was.
   *
   * @param unsent what the client has sent and was not handled again
   */
  private void succeed(ByteBuf unsent) {
    stopClock();
    become(Stage.NONE);
    outcomes.goOn();
    names.keep();
    input.putBack(unsent);
    counters.transactionReplayed();
    outcome = "the last transaction that was lost was run again";
  }

  private void goOn() {
    if (!position.closed()) {
      reader.process();
    }
  }

  private void stopClock() {
    if (clock != null) {
      clock.cancel(false);
      clock = null;
    }
  }

  // ---- when that cannot be done

  private void different() {
    fail(Unreplayed.DIFFERENT, null);
  }

  private void late() {
    if (active()) {
      fail(Unreplayed.SLOW, null);
    }
  }

  /** There is no connection for it, or something refuses what is read again. */
  public void refused(ServerError why) {
    fail(Unreplayed.NO_CONNECTION, why);
  }

  /** The client no longer wants what it waits for, if it waits for anything. */
  public void cancel(ServerError error) {
    if (pending > 0 || pendingOpen) {
      fail(Unreplayed.CANCELLED, null);
      failure = error;
    }
  }

  private void fail(Unreplayed why, ServerError cause) {
    if (stage == Stage.FAILING) {
      return;
    }
    become(Stage.FAILING);
    lost(why, cause);
    loop.soon(this::undo, failed);
  }

  private void lost(Unreplayed why, ServerError cause) {
    stopClock();
    counters.transactionUnreplayed(why);
    outcome = "no: " + why.words();
    String words = cause == null ? why.words() : why.words() + " (" + cause.message() + ")";
    failure = LOST.withDetail("Nothing of it was committed; " + words + ".");
  }

  private void undo() {
    if (stage == Stage.FAILING && !position.closed()) {
      client.rollBack(this::report);
    }
  }

  private void report() {
    client.unanswered(Set.of(), false);
    names.bringBack();
    names.forget();
    input.putBack(null);
    log.end();
    become(Stage.NONE);
    boolean cut = part.cut();
    part.end();
    client.transactionFailed(failure, pending, pendingOpen, cut);
  }

  /** The session ends. */
  public void end() {
    stopClock();
    become(Stage.NONE);
    log.end();
    names.forget();
  }

  // ---- for people

  /**
   * Describes what is kept of the open transaction, and the outcome of one; null when that is off.
   */
  public String note() {
    if (checksum == null) {
      return null;
    }
    return inTransaction() || outcome == null ? log.toString() : outcome;
  }
}
