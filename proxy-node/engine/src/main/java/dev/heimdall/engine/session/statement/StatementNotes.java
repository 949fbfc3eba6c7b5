package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.pipeline.QueryPipeline;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.session.caching.ResultDifference;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.function.BooleanSupplier;

/**
 * Notes that rules want written down of a client's statements beyond that they came: how long it
 * took to decide, what their results are like, and everything while the session is being debugged.
 */
public final class StatementNotes {
  private final LoggedInSession session;
  private final SessionEvents events;
  private final BooleanSupplier printsResults;

  /** Handling of the reply to the present group. */
  private enum Reply {
    /** Nothing of it has come. */
    AWAITED,
    /** Its results are not looked at. */
    PASSED,
    /** Its results are looked at. */
    FOLLOWED
  }

  private Reply reply = Reply.AWAITED;

  private final ResultWatch results;
  private boolean debugging;

  /**
   * @param results looks at replies
   * @param printsResults whether there are rules that want results written down
   */
  public StatementNotes(
      LoggedInSession session,
      SessionEvents events,
      ResultWatch results,
      BooleanSupplier printsResults) {
    this.session = session;
    this.results = results;
    this.events = events;
    this.printsResults = printsResults;
  }

  /** The rules have decided on a statement that is about to be carried out. */
  void decided(QueryPipeline pipeline, boolean prepared) {
    Decision decision = pipeline.decision();
    boolean debug = decision.debug().orElse(debugging);
    if (debug != debugging) {
      debugging = debug;
      events.debugSwitched(session, debug);
    }
    if (decision.flag(Decision.Flag.PRINT_TIMING).orElse(false)) {
      events.decisionTimed(session, decision, pipeline.decidedNanos());
    }
    if (debugging) {
      StatementSummary summary =
          new StatementSummary(
              pipeline.known().shown(),
              pipeline.statement(),
              decision,
              pipeline.known().averageMicros());
      events.statementJudged(session, summary, prepared);
    }
  }

  /** A rule matched a statement that is about to be carried out. */
  void matched(MatchedRule rule) {
    if (rule.print() || !rule.groups().isEmpty()) {
      events.ruleMatched(session, rule);
    }
  }

  /**
   * A piece of the reply to the first of the groups that are not answered.
   *
   * @param running what was sent and is not answered, in order
   */
  void reply(ByteBuf piece, Iterable<Running> running) {
    if (reply == Reply.AWAITED) {
      reply = printsResults.getAsBoolean() ? Reply.FOLLOWED : Reply.PASSED;
      if (reply == Reply.FOLLOWED) {
        results.begin();
      }
    }
    if (reply == Reply.FOLLOWED) {
      results.take(piece, running);
    }
  }

  /** A statement was sent that was not judged. */
  public void unjudged(long group) {
    results.spoil(group);
  }

  /** A group was answered, or is going to be sent again. */
  public void groupOver() {
    Reply was = reply;
    reply = Reply.AWAITED;
    if (was == Reply.FOLLOWED) {
      results.groupOver();
    }
  }

  /**
   * A statement was answered.
   *
   * @param result what was seen of its result; null where it was not looked at
   */
  void answered(StatementSummary summary, SampledResult result, long micros, ServerError error) {
    if (result != null) {
      events.resultSeen(session, summary, result, micros);
    }
    if (debugging) {
      events.debugAnswered(session, summary, micros, error);
    }
  }

  public void resultDiffers(ResultDifference difference) {
    events.resultDiffers(session, difference);
  }

  /** A statement has come to its end, at a server or without one. */
  void done(StatementSummary summary, long micros, ServerError error) {
    events.statementDone(session, summary, micros, error);
  }
}
