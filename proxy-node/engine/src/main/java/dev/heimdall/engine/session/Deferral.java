package dev.heimdall.engine.session;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.action.Submission;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.ActionParameters;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Puts the statement that is on its way off, where a rule wants it carried out later, and knows how
 * it ended as far as its client is told.
 */
final class Deferral {

  /** What becomes of a statement that a rule wants carried out later. */
  enum Outcome {
    /** The reader comes again. */
    WAIT,
    /** It was put off, or carried out: {@link #executed} has how it ended for the client. */
    DONE,
    /** It is to be sent as any other. */
    SEND
  }

  private final ClientSession session;
  private final Course course;
  private final Awaiting awaiting;
  private Submission submission;
  private Executed executed;

  Deferral(ClientSession session, Course course, LoopContext loop) {
    this.session = session;
    this.course = course;
    this.awaiting = new Awaiting(loop, session::failed);
  }

  /** Whether a rule wants the statement carried out later, and that can be. */
  boolean wanted() {
    return course.decision().asyncExecute().isPresent()
        && session.status() == TransactionState.IDLE
        && course.statement() != null
        && !session.carried().pinned();
  }

  /** Puts the statement off. */
  Outcome defer(String sql, boolean standardStrings, List<Parameter> parameters) {
    if (executed != null) {
      return Outcome.DONE;
    }
    if (submission != null) {
      return awaiting.underWay() ? Outcome.WAIT : Outcome.SEND;
    }
    ActionParameters.AsyncExecute how = course.decision().asyncExecute().get();
    submission = course.side().defer(how, sql, standardStrings, parameters, course.statement());
    if (submission.accepted()) {
      session.writes().everythingAfter(submission.executed());
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

  private Outcome await(CompletableFuture<?> something) {
    awaiting.begin(
        something,
        end -> {
          executed = end instanceof Executed done ? done : null;
          session.writes().everything();
          session.resumeReading();
        });
    return Outcome.WAIT;
  }

  /** How the statement that was put off ended, as far as its client is told. */
  Executed executed() {
    return executed;
  }

  /** The statement is on its way no more. */
  void forget() {
    submission = null;
    executed = null;
    awaiting.giveUp();
  }
}
