package dev.heimdall.engine.sql;

/** Actions of views, functions and triggers in a statement that its own text does not show. */
public enum OutOfSight {
  /** They read what the session has taken from sequences. */
  READS_SEQUENCES,
  /** They read the id that the session has generated last. */
  READS_GENERATED_ID,
  /** They read how many rows the session's statement before has found. */
  READS_FOUND_ROWS,
  /** Rows are changed through a view. */
  WRITES_VIEW,
  /** They may begin a transaction. */
  BEGINS_TRANSACTION
}
