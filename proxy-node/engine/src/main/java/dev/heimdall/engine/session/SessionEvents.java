package dev.heimdall.engine.session;

import dev.heimdall.engine.client.ClientEvents;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.wire.postgres.PgError;

/** What happens to sessions, for logs and counters. Called on event loops: must not block. */
public interface SessionEvents extends ClientEvents {
  /** A bug: the session is closed. */
  void failed(ClientSession session, Throwable cause);

  void pinned(ClientSession session, String reason);

  /** A rule matched whose matches are to be told. */
  void ruleMatched(ClientSession session, MatchedRule rule);

  /** It took so long to decide on a statement, and a rule wants that to be told. */
  void decisionTimed(ClientSession session, Decision decision, long nanos);

  /** A rule has switched a session's debug lines on or off. */
  void debugSwitched(ClientSession session, boolean on);

  /** What was found and decided of a statement of a session with debug lines. */
  void statementJudged(ClientSession session, StatementSummary statement, boolean prepared);

  /** A statement of a session with debug lines was answered. */
  void debugAnswered(ClientSession session, StatementSummary statement, long micros, PgError error);

  /** A rule wants to know of a result; this holds data. */
  void resultSeen(
      ClientSession session, StatementSummary statement, SeenResult result, long micros);

  /**
   * A statement that was judged has come to its end.
   *
   * @param error what the server answered; null when it was carried out
   */
  void statementDone(ClientSession session, StatementSummary statement, long micros, PgError error);
}
