package dev.heimdall.engine.catalog;

/** What a function does whose body cannot be read, in the order of how careful one must be. */
enum Effect {
  /** Reads its arguments: the same for the same. Settings may decide how the result is written. */
  REPEATABLE,
  /** Changes nothing, but may answer differently each time, or from session to session. */
  VARYING,
  /** Changes the session. */
  SESSION,
  /** Takes locks until the end of the transaction. */
  LOCK,
  /** Takes or gives back locks that outlive the transaction. */
  SESSION_LOCK,
  /** Changes something other than the rows of tables, or can only be answered by the writer. */
  WRITE,
  /** May change anything, the session included. */
  ANYTHING;

  boolean changesSession() {
    return this == SESSION || this == SESSION_LOCK || this == ANYTHING;
  }
}
