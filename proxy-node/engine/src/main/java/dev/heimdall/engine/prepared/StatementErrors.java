package dev.heimdall.engine.prepared;

import dev.heimdall.engine.wire.ServerError;

/** What errors of a dialect's servers say of prepared statements. */
public interface StatementErrors {
  /**
   * Whether a statement was not carried out because its result has changed since it was planned.
   */
  boolean stalePlan(ServerError error);

  /** Whether the server does not have a statement that the node has named. */
  boolean unknownStatement(ServerError error);
}
