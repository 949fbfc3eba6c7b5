package dev.heimdall.engine.prepared;

/** Operations of a server connection for the accounting of its prepared statements. */
public interface StatementHolder {
  /** Statements that are prepared on the server. */
  ServerStatements statements();

  /** True if a message sent now belongs to a group of which others were sent. */
  boolean groupOpen();

  /** The number of the group that a message sent now belongs to. */
  long groupNow();

  /** True if an earlier group than that of a message sent now is still to be answered. */
  boolean unanswered(long group);
}
