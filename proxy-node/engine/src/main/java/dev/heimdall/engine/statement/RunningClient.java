package dev.heimdall.engine.statement;

import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.analytics.QueryPatterns;
import dev.heimdall.engine.pipeline.RunHistory;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.sql.Statement;

/** A session as the statements see it that were sent and not answered; all on its loop. */
interface RunningClient {

  /** Groups of messages that are not answered. */
  int outstanding();

  /** Whether a statement is in a pipeline of a connection that others use as well. */
  boolean sharing();

  /** A statement is being sent, and is known. */
  void statementSent();

  /** The statement at the reader's position is not sent after all, or is read again. */
  void statementDropped();

  /** Whether the statement that is being sent shares its connection, or why not; asked once. */
  String takeHowShared();

  /** The one statement that ran took so long. */
  void ran(RunHistory of, long nanos, long bytes);

  /**
   * Where a statement that is being sent goes, for people; null when there is no choice.
   *
   * @param counts where it is counted; null for nowhere
   */
  String noteDestination(Statement statement, PatternCounts counts);

  /** Where statements are counted by their pattern; null where they are not. */
  QueryPatterns patterns();

  /** A rule limits the server connections of the session's user. */
  void limitUser(Decision decision);

  /** A rule's time limit for what runs is over. */
  void timeOver();

  /** An error in the node: the session ends. */
  void failed(Throwable cause);
}
