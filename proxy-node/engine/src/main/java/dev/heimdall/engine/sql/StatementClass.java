package dev.heimdall.engine.sql;

/** Effect of a statement on data, in the order of how careful one must be with it. */
public enum StatementClass {
  /** No statement at all. */
  EMPTY,
  /** Reads tables, or none, and changes nothing. */
  READ,
  /** Begins, ends or marks a transaction. */
  TRANSACTION,
  /**
   * Changes or shows the state of the session: settings, prepared statements, cursors, channels.
   */
  SESSION,
  /** Takes locks and nothing else. */
  LOCK,
  /** Maintenance: VACUUM, ANALYZE, CHECKPOINT and the like. */
  UTILITY,
  /** Changes rows. */
  WRITE,
  /** Runs a procedure or a code block, which may do anything. */
  CALL,
  /** Changes what tables there are, or how they are. */
  DDL,
  /** Not understood: may do anything. */
  UNKNOWN
}
