package dev.heimdall.engine.journal;

/** Reason that a unit's answer will not be the one that its client is sent. */
public enum Cause {
  /** Its server connection ended before the answer did. */
  CONNECTION_LOST,
  /** Its server connection ended before any of it had left the node. */
  NEVER_SENT,
  /**
   * Its server ended the connection by a FATAL error, which stands before anything that says that
   * the unit was carried out: what was begun of it was rolled back.
   */
  TERMINATED,
  /** Its server answered with an error. */
  ERROR,
  /** Its server answered that what is remembered of a statement does not hold any more. */
  STALE_PLAN,
  /** Its server answered that it accepts no writes. */
  READ_ONLY_SERVER,
  /** Its replica answered with an error that the writer may not have. */
  REPLICA_ERROR,
  /**
   * Its answer has left something on the server connection that its client's next statement may ask
   * about.
   */
  LEFT_BEHIND
}
