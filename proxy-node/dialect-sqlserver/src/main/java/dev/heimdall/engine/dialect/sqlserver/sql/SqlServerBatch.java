package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.EffectList;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;

/** The statements of a batch so far, and what they are together. Reused from batch to batch. */
final class SqlServerBatch {
  private int statements;
  private StatementKind first;
  private Redefining redefining;
  private boolean changes;
  private boolean branches;
  private boolean begun;
  private int nested;

  void restart() {
    statements = 0;
    first = StatementKind.EMPTY;
    redefining = Redefining.NOT;
    changes = false;
    branches = false;
    begun = false;
    nested = 0;
  }

  /** Another statement begins. */
  void begins() {
    statements++;
  }

  /** The statement that began last ends, and is of this kind. */
  void ends(StatementKind kind) {
    if (statements == 1) {
      first = kind;
    }
    redefining = redefining.and(kind);
    changes |=
        switch (kind) {
          case DML, DDL, BULK, CALL, UNKNOWN, UTILITY -> true;
          default -> false;
        };
  }

  /** Something changes data or the transaction, whatever the kind of its statement. */
  void changes() {
    changes = true;
  }

  /** Statements from here on may not run, or may run again. */
  void mayBranch() {
    branches = true;
  }

  void beginsTransaction() {
    changes = true;
    begun = true;
    nested++;
  }

  void commits() {
    nested -= nested > 0 ? 1 : 0;
  }

  void rollsBack() {
    nested = 0;
  }

  boolean isEmpty() {
    return statements == 0;
  }

  boolean branches() {
    return branches;
  }

  StatementFacts facts(EffectList effects) {
    if (branches) {
      effects.addOnce(new Effect(SqlServerEffect.BRANCHES, "", -1, -1));
    }
    boolean open = branches ? begun : nested > 0;
    return statements > 1
        ? StatementFacts.ofMulti(statements, effects.take(), changes, open, redefining)
        : StatementFacts.ofSingle(first, effects.take(), false);
  }
}
