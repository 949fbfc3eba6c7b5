package dev.heimdall.engine.session.placement;

import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.model.ReadSplit;

/**
 * Statement that a client has prepared and does not run yet. The answer depends on definitions
 * only, so that a replica may give it that has all that a read must not miss.
 */
final class PreparedRead {
  private Statement statement;
  private StatementFacts effects;
  private Decision decision = Decision.NONE;

  /**
   * This was looked at last.
   *
   * @param statement null where it is unknown what it does
   */
  void become(Statement statement, StatementFacts effects, Decision decision) {
    this.statement = statement;
    this.effects = effects;
    this.decision = decision;
  }

  Decision decision() {
    return decision;
  }

  /** True if it is a read that replicas may answer once it is run. */
  boolean letsReplicaAnswer(ReadSplit split) {
    return statement != null
        && effects.kind() == StatementKind.SELECT
        && decision.leavesText()
        && ReplicaEligibility.read(statement, effects, decision, split, true) == null;
  }
}
