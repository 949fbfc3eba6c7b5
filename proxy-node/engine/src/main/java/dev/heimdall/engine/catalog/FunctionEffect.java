package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.Basis;

/**
 * Effect of a function with a body that cannot be read, in the order of how careful one must be.
 */
public enum FunctionEffect {
  /** Reads its arguments: the same for the same. Settings may decide how the result is written. */
  REPEATABLE,
  /** Changes nothing, and answers from the clock, from chance or from the session besides. */
  MOMENT,
  /** Changes nothing, but may read whatever is there. */
  VARYING,
  /** Changes nothing, but answers from the server that is asked, or from its system tables. */
  SERVER,
  /** Changes nothing, but reads system tables, and whatever tables its arguments name. */
  METADATA,
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

  /** Basis of an answer besides the tables that are named. */
  Basis basis() {
    return switch (this) {
      case REPEATABLE -> Basis.TABLES;
      case MOMENT -> Basis.MOMENT;
      case SERVER, METADATA -> Basis.SERVER;
      default -> Basis.ANYTHING;
    };
  }

  /** True if it does more than to compute and to read. */
  boolean changesSomething() {
    return compareTo(METADATA) > 0;
  }

  boolean changesSession() {
    return this == SESSION || this == SESSION_LOCK || this == ANYTHING;
  }
}
