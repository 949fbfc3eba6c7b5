package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.action.Submission;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.Writes;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.ActionParameters;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Puts the statement that is on its way off, where a rule wants it carried out later, and knows how
 * it ended as its client sees it.
 */
public final class Deferral {

  /** Outcome of a statement that a rule wants carried out later. */
  public enum Outcome {
    /** The reader comes again. */
    WAIT,
    /** It was deferred, or carried out: {@link #executed} has how it ended for the client. */
    DONE,
    /** It is to be sent as any other. */
    SEND
  }

  private final SessionContext session;
  private final NextStatement next;
  private final SideActions side;
  private final SessionState carried;
  private final ClientTransaction transaction;
  private final Writes writes;
  private final AsyncWait awaiting;
  private Submission submission;
  private Executed executed;

  Deferral(SessionContext session, NextStatement next, SideActions side, Writes writes) {
    this.session = session;
    this.next = next;
    this.side = side;
    this.carried = session.carried();
    this.transaction = session.transaction();
    this.writes = writes;
    this.awaiting = new AsyncWait(session.loop(), session::failed);
  }

  /**
   * True if a rule wants the statement carried out later, and that can be: tables of a text that
   * another rule changes are unknown.
   */
  public boolean wanted() {
    return ruled()
        && transaction.status() == TransactionState.IDLE
        && !begunInBatch()
        && carried.settings().autocommits()
        && !session.lease().keepsServer();
  }

  /**
   * True if a rule wants the statement carried out later, and what is not answered decides whether
   * that can be: it may begin a transaction, end one, or pin.
   */
  public boolean mayBeWanted() {
    return ruled() && submission == null && session.pending().outstanding() > 0;
  }

  private boolean ruled() {
    return next.decision().asyncExecute().isPresent()
        && next.decision().transformed().isEmpty()
        && next.statement() != null;
  }

  /** True if the batch that the statement belongs to has begun a transaction ahead of it. */
  private boolean begunInBatch() {
    return transaction.begun() >= 0 && transaction.begun() == carried.sent();
  }

  /** Puts the statement off. */
  public Outcome defer(String sql, LexerMode lexerMode, List<Parameter> parameters) {
    if (executed != null) {
      return Outcome.DONE;
    }
    if (submission != null) {
      return awaiting.underWay() ? Outcome.WAIT : Outcome.SEND;
    }
    ActionParameters.AsyncExecute how = next.decision().asyncExecute().get();
    submission = side.defer(how, sql, lexerMode, parameters, next.statement());
    if (submission.accepted()) {
      writes.everythingAfter(submission.executed());
    } else {
      if (submission.after().isDone()) {
        return Outcome.SEND;
      }
      return await(submission.after());
    }
    if (how.holdUntil() == ActionParameters.HoldUntil.IMMEDIATE) {
      executed = new Executed(how.spoofedResult(), null, null);
      return Outcome.DONE;
    }
    return await(submission.executed());
  }

  /**
   * Has a statement that cannot be deferred carried out by its session, after what was deferred on
   * its tables.
   *
   * @param reason why it cannot
   */
  public Outcome atOnce(String reason) {
    if (submission != null) {
      return awaiting.underWay() ? Outcome.WAIT : Outcome.SEND;
    }
    submission = side.atOnce(next.decision().asyncExecute().get(), next.statement(), reason);
    return submission.after().isDone() ? Outcome.SEND : await(submission.after());
  }

  private Outcome await(CompletableFuture<?> something) {
    awaiting.begin(
        something,
        end -> {
          executed = end instanceof Executed done ? done : null;
          writes.everything();
          session.requests().resume();
        });
    return Outcome.WAIT;
  }

  /** Result of the statement that was deferred, as far as its client learns of it. */
  public Executed executed() {
    return executed;
  }

  /** The statement is on its way no more. */
  void forget() {
    if (submission != null) {
      submission = null;
      executed = null;
      awaiting.giveUp();
    }
  }
}
