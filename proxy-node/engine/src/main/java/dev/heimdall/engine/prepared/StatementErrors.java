package dev.heimdall.engine.prepared;

import dev.heimdall.engine.wire.ServerError;

/** Meaning of a dialect's server errors for prepared statements. */
public interface StatementErrors {
  /**
   * True if a statement was not carried out because its result has changed since it was planned.
   */
  default boolean stalePlan(ServerError error) {
    return false;
  }

  /** True if the server does not have a statement that the node has named. */
  boolean unknownStatement(ServerError error);
}
