package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.Ending;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.journal.Cause;
import dev.heimdall.engine.journal.ErrorCauses;
import dev.heimdall.engine.journal.HeldReply;
import dev.heimdall.engine.journal.Loss;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.journal.TransactionReplay;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.session.lease.LeaseState;
import dev.heimdall.engine.session.lease.PendingReplies;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.placement.Writes;
import dev.heimdall.engine.session.sharing.PipelineSharing;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.Losses;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import java.util.Set;

/**
 * Effects for a client when its server connection is lost: none, where the journal has it sent
 * again; errors for pending replies, and a transaction that has failed and stays so over the next
 * connection; or the end of the session, when it depends on what is lost.
 */
final class ConnectionLoss {
  private static final String ENDED = "its statement has had the server end the connection";
  private static final String ON_CONNECTION = "the server connection it depends on was lost";

  private final Losses losses;
  private final LossEffects effects;
  private final RequestReader requests;
  private final SentUnits sent;
  private final StatementLifecycle lifecycle;
  private final SessionState carried;
  private final ClientTransaction transaction;
  private final PendingReplies pending;
  private final ServerLease lease;
  private final PipelineSharing sharing;
  private final ReplicaReads reads;
  private final Writes writes;
  private final Listening listening;
  private final SessionEnd end;
  private final OwnIdleLimits ownLimits;
  private final ReplyOwner owner;
  private final ErrorCauses errors;
  private final ServerConnector connector;
  private final VdbPools pools;

  ConnectionLoss(
      SessionContext session,
      LossEffects effects,
      RequestReader requests,
      StatementLifecycle lifecycle,
      PipelineSharing sharing,
      ReplicaReads reads,
      Writes writes,
      SessionEnd end) {
    this.losses = session.losses();
    this.effects = effects;
    this.requests = requests;
    this.sent = session.sent();
    this.lifecycle = lifecycle;
    this.carried = session.carried();
    this.transaction = session.transaction();
    this.pending = session.pending();
    this.lease = session.lease();
    this.sharing = sharing;
    this.reads = reads;
    this.writes = writes;
    this.listening = session.listening();
    this.end = end;
    this.ownLimits = end.own();
    this.owner = session.owner();
    this.errors = session.errors();
    this.connector = session.connector();
    this.pools = session.vdb().pools();
  }

  /**
   * The connection is lost.
   *
   * @param lastError a FATAL that the server sent before; or null
   */
  void lost(ServerConnection from, ServerError lastError) {
    losses.count(from.createdAt(), from.context().now());
    if (sharing.survivesLoss(from)) {
      return;
    }
    writes.lost();
    reads.failed();
    lease.forgetServer();
    boolean limited = limited(from, lastError);
    if (!lease.closed()
        && !end.announced()
        && !losses.transactionLost()
        && sent.transaction().takesOver(lossOf(from, limited, lastError))) {
      return;
    }
    if (limited && !cutsMessage(from)) {
      end.atLimit(lastError);
      return;
    }
    ServerError error = LossEffects.errorOf(lastError);
    switch (lease.state()) {
      case CLOSED -> {}
      case STARTING -> {
        if (pools.led() && losses.mayGoOn()) {
          lease.start();
        } else {
          end.fatal(error.asFatal());
        }
      }
      case SYNCING -> {
        lease.become(LeaseState.READY);
        if (!overdue(from) && pools.led() && losses.mayGoOn()) {
          requests.process();
        } else {
          losses.answered();
          if (requests.input().waits()) {
            requests.refuse(error);
          }
        }
      }
      default -> {
        boolean wanted = requests.handler().hasEnded(from, lastError);
        if (wanted || !goesOn(from, error, causeOf(from, lastError))) {
          report(from, error, wanted, lastError == null);
        }
      }
    }
  }

  /** True if the node has closed it for a statement that did not end in time. */
  private static boolean overdue(ServerConnection from) {
    return from.ending().side() == Ending.Side.TIME_LIMIT;
  }

  /** True if the journal has all of it sent again, or what of it may be. */
  private boolean goesOn(ServerConnection from, ServerError error, Cause cause) {
    boolean harmless = lifecycle.running().harmless();
    boolean independent =
        !overdue(from)
            && transaction.status() == TransactionState.IDLE
            && !requests.input().streaming()
            && !lease.keepsServer()
            && !carried.settings().unread();
    if (!independent) {
      return false;
    }
    if (sent.alone().survivesLoss(error, cause, harmless, losses.mayGoOn(), from)) {
      pending.forget();
      carried.lost();
      lease.become(LeaseState.READY);
      lease.resending().after(sent.alone().beforeRetry());
      return true;
    }
    return sent.lost().survive(from, from.replies().cutReply(), transaction.begun(), error);
  }

  /** True if all that waits for this connection may be answered by another server instead. */
  boolean answeredElsewhere(ServerConnection from) {
    return sharing.active()
        ? sharing.answeredElsewhere(from)
        : lease.state() == LeaseState.ACTIVE
            && transaction.status() == TransactionState.IDLE
            && !requests.input().streaming()
            && !lease.keepsServer()
            && !carried.settings().unread()
            && !from.told()
            && losses.mayGoOn()
            && (sent.readsOnly(pending.outstanding()) || asksOnly(from))
            && reads.mayBeAnsweredElsewhere();
  }

  /** True if it is only being asked about what the client has prepared, which still waits. */
  private boolean asksOnly(ServerConnection from) {
    return pending.outstanding() == 0 && !from.groupOpen() && reads.prepares();
  }

  /** True if a limit of silence, or of transactions, has ended it, with which its client ends. */
  private boolean limited(ServerConnection from, ServerError lastError) {
    if (lease.state() != LeaseState.ACTIVE) {
      return false;
    }
    if (lastError != null && errors.timeLimit(lastError)) {
      return transaction.open() || ownLimits.reached(from.context().now());
    }
    return end.silentAtLimits()
        && from.ending().side() == Ending.Side.SERVER
        && (lastError == null || lastError.number() == 0) // the node's own, for a reset
        && ownLimits.reached(from.context().now());
  }

  private Loss lossOf(ServerConnection from, boolean limited, ServerError lastError) {
    Unreplayed obstacle = null;
    if (lease.keepsServer()) {
      obstacle = Unreplayed.PINNED;
    } else if (listening.undecided()) {
      obstacle = Unreplayed.LISTEN;
    } else if (from.ending().side() == Ending.Side.PROTOCOL
        || overdue(from)
        || limited
        || (lastError != null && errors.timeLimit(lastError))) {
      obstacle = Unreplayed.SERVER;
    }
    // Where only the connection is lost the statement goes on, and what it locks is locked.
    Runnable cancel = lastError == null ? () -> connector.cancel(from, () -> {}) : () -> {};
    return new Loss(obstacle, cancel);
  }

  private Cause causeOf(ServerConnection from, ServerError lastError) {
    if (from.nothingLeft()) {
      return Cause.NEVER_SENT;
    }
    return lastError != null && errors.terminated(lastError)
        ? Cause.TERMINATED
        : Cause.CONNECTION_LOST;
  }

  /**
   * @param wanted whether a statement has had the server end the connection
   * @param silent whether the server has said nothing
   */
  private void report(ServerConnection from, ServerError loss, boolean wanted, boolean silent) {
    ServerError error = certain(from) ? TransactionReplay.LOST : loss;
    losses.answered();
    boolean cut = cutsMessage(from);
    sent.alone().forget();
    sent.forget();
    int lost = pending.outstanding();
    long done = carried.done();
    long ended = losses.keepsFailed() ? transaction.endedSince(done) : -1;
    boolean begun = ended < 0 && transaction.begunSince(done);
    boolean there = transaction.open() && transaction.heldBegin() == null;
    boolean inTransaction = (there && ended < 0) || begun;
    // Those of a transaction that is lost are rolled back where it could have stayed failed.
    boolean undone = there && losses.keepsFailed();
    if (there && !undone) {
      carried.settings().areFinal();
    }
    boolean settingsLost = !undone && carried.settings().unread();
    if (!undone) {
      carried.settings().keepReported();
    }
    effects.unanswered(Set.of(), false);
    if (begun) {
      transaction.failed(); // its client has sent more of it, perhaps
    } else if (transaction.heldBegin() == null) {
      transaction.lost();
    }
    if (cut) {
      // The client waits for the rest of a message: whatever came now would be taken for it.
      end.close(SessionEnd.AMID_MESSAGE);
      return;
    }
    if (wanted) {
      if (silent) {
        end.behindAnswer(ENDED);
      } else {
        end.fatal(error.asFatal(), ENDED);
      }
      return;
    }
    if (requests.input().streaming() || lease.keepsServer() || settingsLost) {
      error = lost == 0 && !from.groupOpen() ? error.because(ServerError.Cause.AT_REST) : error;
      end.fatal(dependent(error, settingsLost).asFatal(), ON_CONNECTION);
      return;
    }
    lease.become(LeaseState.READY);
    if (there && ended >= 0) {
      int within = (int) (ended - done);
      effects.fail(error, within, false);
      lost -= within;
      transaction.undone(); // as by a server whose COMMIT fails
    }
    effects.answer(error, inTransaction, lost, from.groupOpen());
  }

  /**
   * True if the client waits for the rest of a message that comes from this connection, which will
   * have no rest: nothing else can be sent then.
   *
   * @param from null where there is none
   */
  boolean cutsMessage(ServerConnection from) {
    HeldReply reply = sent.reply();
    if (reply.part().isLeftOut()) {
      return reply.part().cut();
    }
    return from != null
        && from.replies().cutReply()
        && from.isFirst(owner)
        && !reply.dropUndelivered();
  }

  /** Returns the error with the reason that its session ends. */
  private ServerError dependent(ServerError error, boolean settingsLost) {
    if (settingsLost) {
      return error.withDetail(LossEffects.SETTINGS);
    }
    String pin = carried.pinReason() == null ? lease.rulePins().reason() : carried.pinReason();
    if (pin == null || !lease.keepsServer()) {
      return error;
    }
    String why = "The session depends on that connection: " + pin + ".";
    return error.withDetail(error.detail() == null ? why : error.detail() + " " + why);
  }

  /**
   * True if a transaction was lost of which nothing was committed, because nothing was unanswered,
   * or nothing of that had left the node: no COMMIT. Where a lost transaction is over with its
   * error, it is enough that what was unanswered commits nothing, be it the first statement of one
   * that has no BEGIN.
   */
  private boolean certain(ServerConnection from) {
    boolean opens =
        !losses.keepsFailed() && pending.outstanding() > 0 && !carried.settings().autocommits();
    if (!transaction.open() && !transaction.begunSince(carried.done()) && !opens) {
      return false;
    }
    boolean nothing = from.nothingLeft() || (pending.outstanding() == 0 && !from.groupOpen());
    return losses.keepsFailed()
        ? nothing && transaction.open() && pools.led()
        : nothing || transaction.commitsNothingSince(carried.done());
  }
}
