package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.client.ClientEvents;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.session.caching.ResultDifference;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.wire.ServerError;

/** Events of sessions, for logs and counters. Called on event loops: must not block. */
public interface SessionEvents extends ClientEvents {
  /** A bug: the session is closed. */
  void failed(LoggedInSession session, Throwable cause);

  void pinned(LoggedInSession session, String reason);

  /** A rule matched whose matches are to be logged. */
  void ruleMatched(LoggedInSession session, MatchedRule rule);

  /** It took so long to decide on a statement, and a rule wants that to be logged. */
  void decisionTimed(LoggedInSession session, Decision decision, long nanos);

  /** A rule has switched a session's debug lines on or off. */
  void debugSwitched(LoggedInSession session, boolean on);

  /** Reports the findings and decisions for a statement of a session with debug lines. */
  void statementJudged(LoggedInSession session, StatementSummary statement, boolean prepared);

  /** A statement of a session with debug lines was answered. */
  void debugAnswered(
      LoggedInSession session, StatementSummary statement, long micros, ServerError error);

  /** A rule wants to know of a result; this holds data. */
  void resultSeen(
      LoggedInSession session, StatementSummary statement, SampledResult result, long micros);

  /** A cached result is not what the server answers. */
  void resultDiffers(LoggedInSession session, ResultDifference difference);

  /**
   * A statement that was judged has come to its end.
   *
   * @param error what the server answered; null when it was carried out
   */
  void statementDone(
      LoggedInSession session, StatementSummary statement, long micros, ServerError error);
}
