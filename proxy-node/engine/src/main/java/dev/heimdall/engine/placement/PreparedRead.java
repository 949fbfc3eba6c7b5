package dev.heimdall.engine.placement;

import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.model.ReadSplit;

/**
 * What a client has prepared and does not run yet. The answer depends on definitions only, so that
 * a replica may give it that has all that a read must not miss.
 */
final class PreparedRead {
  private Statement statement;
  private StatementFacts effects;
  private Decision decision = Decision.NONE;

  /**
   * This was looked at last.
   *
   * @param statement null where nobody knows what it does
   */
  void become(Statement statement, StatementFacts effects, Decision decision) {
    this.statement = statement;
    this.effects = effects;
    this.decision = decision;
  }

  Decision decision() {
    return decision;
  }

  /** Whether it is a read that replicas may answer once it is run. */
  boolean letsReplicaAnswer(ReadSplit split) {
    return statement != null
        && statement.readOnly()
        && statement.changesSession() == null
        && effects.kind() == StatementKind.SELECT
        && effects.leavesSession()
        && decision.letsReplicaAnswer()
        && decision.leavesText()
        && (decision.asksForReplica()
            || split == ReadSplit.ALL
                && statement.basis() != Basis.SERVER
                && !effects.has(Effect.Type.ASKS_SERVER));
  }
}
