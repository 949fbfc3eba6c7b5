package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.client.ClientEvents;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.wire.ServerError;
import java.util.Collection;
import java.util.function.Supplier;

/** Events of sessions, for logs and counters. Called on event loops: must not block. */
public interface SessionEvents extends ClientEvents {
  /** A bug: the session is closed. */
  void failed(ObservedSession session, Throwable cause);

  void pinned(ObservedSession session, String reason);

  /** A rule matched whose matches are to be logged. */
  void ruleMatched(ObservedSession session, MatchedRule rule);

  /** It took so long to decide on a statement, and a rule wants that to be logged. */
  void decisionTimed(ObservedSession session, Decision decision, long nanos);

  /** A rule has switched a session's debug lines on or off. */
  void debugSwitched(ObservedSession session, boolean on);

  /** Reports the findings and decisions for a statement of a session with debug lines. */
  void statementJudged(ObservedSession session, StatementSummary statement, boolean prepared);

  /** A statement of a session with debug lines was answered. */
  void debugAnswered(
      ObservedSession session, StatementSummary statement, long micros, ServerError error);

  /** A rule wants to know of a result; this holds data. */
  void resultSeen(
      ObservedSession session, StatementSummary statement, SampledResult result, long micros);

  /**
   * A result that is kept, and holds as far as the node knows, is not what the server answers.
   *
   * @param kept a digest of it, if it is to be shown; likewise of the answer
   */
  void resultDiffers(
      ObservedSession session,
      Decision decision,
      Collection<String> tables,
      Supplier<String> kept,
      Supplier<String> answered);

  /**
   * A statement that was judged has come to its end.
   *
   * @param error what the server answered; null when it was carried out
   */
  void statementDone(
      ObservedSession session, StatementSummary statement, long micros, ServerError error);
}
