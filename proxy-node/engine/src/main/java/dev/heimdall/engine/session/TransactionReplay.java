package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.Ending;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.journal.Cause;
import dev.heimdall.engine.journal.Guard;
import dev.heimdall.engine.journal.Recovery;
import dev.heimdall.engine.journal.Recovery.Attempt;
import dev.heimdall.engine.journal.ReplyChecksum;
import dev.heimdall.engine.journal.RuledOutcomes;
import dev.heimdall.engine.journal.TransactionLog;
import dev.heimdall.engine.lease.LeaseState;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.TransactionReplaySettings;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs a client's transaction again when its server is lost before an end of it was sent: one group
 * of messages after the other is read as if it had just come, over whatever connection there is,
 * and its answer is kept from the client and compared with what the client was told before. Where
 * all of it is the same the client goes on and notices nothing; else the transaction is rolled back
 * there, and the client is told that it was lost.
 */
final class TransactionReplay {
  /** Where it stands; {@link #become} alone moves it. */
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

  /** What a server says that ends a session for a time limit of its own. */
  private static final Set<String> TIME_LIMITS = Set.of("25P03", "25P04", "57P05");

  private final ClientSession session;
  private final LoopContext loop;
  private final TransactionReplaySettings settings;
  private final TransactionLog log;
  private final RuledOutcomes outcomes = new RuledOutcomes();

  /** Null where transactions are not to be run again. */
  private final ReplyChecksum checksum;

  private Stage stage = Stage.NONE;

  /** Groups that were run again and answered as before. */
  private int verified;

  /** So much of its answer the client had of the first group that was not answered. */
  private long told;

  private byte[] toldSum;

  /** Groups that the client waits for an answer to, and whether it has sent part of another. */
  private int owed;

  private boolean owedOpen;

  /** Whether the client has had the beginning of a message whose rest did not come. */
  private boolean cut;

  private int attempts;
  private ScheduledFuture<?> clock;
  private ServerError failure;

  /** What became of the last transaction that was lost; null when there was none. */
  private String outcome;

  TransactionReplay(ClientSession session, LoopContext loop, TransactionReplaySettings settings) {
    this.session = session;
    this.loop = loop;
    this.settings = settings;
    this.log = new TransactionLog(settings, session.channel().alloc());
    this.checksum = settings.enabled() ? new ReplyChecksum(session.dialect().replies()) : null;
  }

  private void become(Stage next) {
    stage = next;
  }

  /** Whether a transaction is being run again: nothing else goes to the client or comes from it. */
  boolean active() {
    return stage != Stage.NONE;
  }

  /** Whether nothing is to be read: neither what came nor what is to be read again. */
  boolean holdsBack() {
    return stage == Stage.LOST || stage == Stage.FAILING;
  }

  // ---- what is kept

  /**
   * Whether what stands at the reader's position is to be kept when it is sent; a transaction may
   * begin with it.
   */
  boolean keeps(ServerConnection server) {
    if (checksum == null || stage != Stage.NONE) {
      return false;
    }
    if (!log.keeps()
        && session.status() == TransactionState.IDLE
        && session.outstanding() == 0
        && !server.groupOpen()
        && !session.sharing().active()) {
      log.begin(loop.now());
      checksum.clear();
      outcomes.clear();
      session.carried().names().remember();
    }
    return log.keeps();
  }

  /** The BEGIN that was answered before is about to be sent. */
  void begins(byte[] sql, boolean forReplica) {
    if (checksum != null && stage == Stage.NONE) {
      log.begin(sql, forReplica, loop.now());
      checksum.clear();
      outcomes.clear();
      session.carried().names().remember();
    }
  }

  /**
   * A message was handled, or its beginning.
   *
   * @param sent the number of the session's group before it was
   */
  void handled(byte type, ByteBuf from, int length, long sent) {
    boolean group = session.carried().sent() != sent;
    if (session.dialect().requests().isQuery(type) && !group) {
      if (session.requests().batchOpen()) {
        log.giveUp(Unreplayed.CUT); // the server will skip it
      }
      return; // an operator's, which was answered here
    }
    log.message(from, from.readerIndex(), length);
    session.requests().handler().note(log, from, from.readerIndex(), length);
    if (group) {
      log.groupSent();
    }
  }

  /** More of a message was handled. */
  void handledMore(ByteBuf from, int at, int length) {
    if (stage == Stage.NONE) {
      log.message(from, at, length);
    }
  }

  /** A statement is about to be sent; null where nobody knows what it is. */
  void statement(StatementFacts facts) {
    if (stage == Stage.NONE) {
      log.statement(facts);
    }
  }

  /** The same for one that is bound. */
  void bound(StatementFacts facts, boolean unnamed) {
    if (stage == Stage.NONE) {
      log.bound(facts, unnamed);
    }
  }

  /**
   * Rules have made this of a statement, which is about to be sent or answered.
   *
   * @return whether it may be; not when it is run again and they have made something else of it
   */
  boolean ruled(int outcome) {
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
   * Whether what a rule would answer without a server must not be, because it is being run again:
   * it was sent the first time.
   */
  boolean wasSent() {
    if (active()) {
      different();
    }
    return active();
  }

  /** The open transaction cannot be run again. */
  void giveUp(Unreplayed why) {
    if (stage == Stage.NONE) {
      log.giveUp(why);
    }
  }

  /** Nothing was answered of what was sent last, and it is going to be read once more. */
  void takeBack() {
    if (checksum != null) {
      checksum.clear();
      if (stage == Stage.NONE) {
        log.end();
      }
    }
  }

  // ---- what is answered

  /** Takes a piece of an answer that the client is not to have, which is then released. */
  boolean takes(ByteBuf consumed) {
    switch (stage) {
      case NONE -> {
        if (log.keeps()) {
          checksum.add(consumed, Long.MAX_VALUE, loop.scratch(SCRATCH));
        }
        return false;
      }
      case VERIFYING -> checksum.add(consumed, Long.MAX_VALUE, loop.scratch(SCRATCH));
      case RESUMING -> {
        int behind = checksum.add(consumed, told, loop.scratch(SCRATCH));
        if (checksum.counted() == told) {
          if (!Arrays.equals(checksum.soFar(), toldSum)) {
            different();
          } else {
            consumed.readerIndex(behind);
            checksum.add(consumed, Long.MAX_VALUE, loop.scratch(SCRATCH));
            // What of the group still waits, for a rule perhaps, is sent for the first time.
            succeed(log.cut(verified + 1, session.requests().input().unread()));
            loop.soon(session::resumeReading, session::failed);
            if (consumed.isReadable()) {
              return false;
            }
          }
        }
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
  boolean answered(TransactionState status) {
    switch (stage) {
      case NONE -> {
        boolean keeps = log.keeps();
        byte[] sum = keeps ? checksum.take() : null;
        if (log.answered(sum, status, session.outstanding() == 0)) {
          session.carried().names().forget();
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
   * The server connection is lost.
   *
   * @return whether that is taken care of
   */
  boolean takesOver(ServerConnection from, ServerError lastError) {
    if (checksum == null
        || session.closed()
        || session.end().announced()
        || session.loss().transactionLost()) {
      return false;
    }
    switch (stage) {
      case NONE -> {
        return begin(from, lastError);
      }
      case FAILING -> tell();
      default -> {
        if (++attempts > MOST_ATTEMPTS) {
          become(Stage.FAILING);
          lost(Unreplayed.LOST_AGAIN, null);
          tell();
        } else {
          rewind();
        }
      }
    }
    return true;
  }

  private boolean begin(ServerConnection from, ServerError lastError) {
    if (!session.inTransaction() && !log.keeps()) {
      return false;
    }
    Unreplayed obstacle = obstacle(from, lastError);
    Attempt attempt = new Attempt(Guard.TRANSACTION, false, true, obstacle == null);
    if (Recovery.of(attempt, Cause.CONNECTION_LOST) != Recovery.TRANSACTION) {
      if (session.inTransaction()) {
        session.counters().transactionUnreplayed(obstacle);
        outcome = "no: " + obstacle.words();
      }
      log.end();
      session.carried().names().forget();
      return false;
    }
    attempts = 1;
    owed = log.unanswered();
    owedOpen = log.open();
    cut = from.cutReply() && from.isFirst(session);
    told = checksum.counted();
    toldSum = checksum.soFar();
    session.requests().replay().forget();
    session.requests().forgetSent();
    if ((owed > 0 || owedOpen) && lastError == null) {
      // Where only the connection is lost the statement goes on, and what it locks is locked.
      session.node().connector().cancel(from, () -> {});
    }
    clock =
        loop.later(
            this::late, settings.maxTime().toMillis(), TimeUnit.MILLISECONDS, session::failed);
    rewind();
    return true;
  }

  private Unreplayed obstacle(ServerConnection from, ServerError lastError) {
    Unreplayed obstacle = log.obstacle(loop.now());
    if (obstacle != null) {
      return obstacle;
    }
    RequestReader requests = session.requests();
    if (session.lease().keepsServer()) {
      return Unreplayed.PINNED;
    }
    if (requests.input().midMessage()
        || requests.skips()
        || checksum.amidUncounted()
        || session.outstanding() != log.unanswered()) {
      return Unreplayed.CUT;
    }
    if (session.listening().undecided()) {
      return Unreplayed.LISTEN;
    }
    return from.ending().side() == Ending.Side.PROTOCOL
            || (lastError != null && TIME_LIMITS.contains(lastError.sqlState()))
        ? Unreplayed.SERVER
        : null;
  }

  /** Brings the session to where it was when the transaction began. */
  private void rewind() {
    become(Stage.LOST);
    verified = 0;
    outcomes.rewind();
    forgetSent();
    session.carried().names().takeBack();
    session.transaction().rewind(log.heldBegin(), log.heldForReplica());
    session.lease().become(LeaseState.READY);
    loop.soon(this::run, session::failed);
  }

  private void forgetSent() {
    session.owed().forget();
    session.carried().lost();
    session.requests().course().end();
    session.lease().captureLost();
    session.listening().lost();
  }

  private void run() {
    if (stage == Stage.LOST && !session.closed()) {
      session.requests().input().setAside();
      next();
    }
  }

  private void next() {
    checksum.clear();
    if (verified < log.answered()) {
      become(Stage.VERIFYING);
      session.requests().readAgain(log.group(verified));
    } else if (told > 0) {
      become(Stage.RESUMING);
      session.requests().readAgain(log.group(verified));
    } else {
      succeed(log.cut(verified, 0));
      session.requests().process();
    }
  }

  /**
   * All that the client knows is as it was.
   *
   * @param unsent what the client has sent and nobody has handled again
   */
  private void succeed(ByteBuf unsent) {
    stopClock();
    become(Stage.NONE);
    outcomes.goOn();
    session.carried().names().keep();
    session.requests().input().putBack(unsent);
    session.counters().transactionReplayed();
    outcome = "the last transaction that was lost was run again";
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
  void refused(ServerError why) {
    fail(Unreplayed.NO_CONNECTION, why);
  }

  /** The client no longer wants what it waits for, if it waits for anything. */
  void cancel(ServerError error) {
    if (owed > 0 || owedOpen) {
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
    loop.soon(this::undo, session::failed);
  }

  private void lost(Unreplayed why, ServerError cause) {
    stopClock();
    session.counters().transactionUnreplayed(why);
    outcome = "no: " + why.words();
    String words = cause == null ? why.words() : why.words() + " (" + cause.message() + ")";
    failure =
        ConnectionLoss.TRANSACTION_LOST.withDetail("Nothing of it was committed; " + words + ".");
  }

  private void undo() {
    if (stage != Stage.FAILING || session.closed()) {
      return;
    }
    session.lease().stopWaiting();
    ServerConnection server = session.server();
    if (server == null) {
      tell();
    } else if (session.state() == LeaseState.ACTIVE && server.quiet()) {
      server.requests().rollBack(new Undo());
    } else {
      server.close("a transaction could not be run again on it");
    }
  }

  /** Ends what was run again where the answers were others. */
  private final class Undo extends StateQuery {
    Undo() {
      super("ROLLBACK");
    }

    @Override
    protected void ended(ServerConnection from, ServerError error) {
      if (session.closed()) {
        session.quietDone(from);
      } else if (!from.closed()) {
        session.lease().putDown();
        tell();
      }
    }
  }

  private void tell() {
    forgetSent();
    session.carried().names().bringBack();
    session.carried().names().forget();
    session.requests().input().putBack(null);
    log.end();
    become(Stage.NONE);
    session.transaction().failed();
    if (session.state() != LeaseState.READY) {
      session.lease().become(LeaseState.READY);
    }
    if (cut) {
      session.end().close("the server connection was lost in the middle of a message");
    } else {
      session.loss().failed(failure, owed, owedOpen);
    }
  }

  /** The session ends. */
  void end() {
    stopClock();
    become(Stage.NONE);
    log.end();
    session.carried().names().forget();
  }

  // ---- for people

  /** What is kept of the open transaction, and what became of one; null when that is off. */
  String note() {
    if (checksum == null) {
      return null;
    }
    return session.inTransaction() || outcome == null ? log.toString() : outcome;
  }
}
