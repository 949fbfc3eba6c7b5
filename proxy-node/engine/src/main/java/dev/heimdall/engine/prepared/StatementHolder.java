package dev.heimdall.engine.prepared;

/** What a server connection offers to those who keep account of its prepared statements. */
public interface StatementHolder {
  /** What is prepared on the server. */
  ServerStatements statements();

  /** Whether a message sent now belongs to a group of which others were sent. */
  boolean groupOpen();

  /** The number of the group that a message sent now belongs to. */
  long groupNow();

  /** Whether an earlier group than that of a message sent now is still to be answered. */
  boolean unanswered(long group);
}
