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
  private boolean inserts;
  private boolean calls;
  private boolean ran;
  private int nested;
  private boolean controls;
  private boolean localCursor;

  void restart() {
    statements = 0;
    first = StatementKind.EMPTY;
    redefining = Redefining.NOT;
    changes = false;
    branches = false;
    begun = false;
    inserts = false;
    calls = false;
    ran = false;
    nested = 0;
    controls = false;
    localCursor = false;
  }

  /** Another statement begins. */
  void begins() {
    statements++;
  }

  /**
   * The statement that began last ends, and is of this kind.
   *
   * @param inserting whether it inserts rows
   */
  void ends(StatementKind kind, boolean inserting) {
    inserts |= inserting;
    calls |= kind == StatementKind.CALL || kind == StatementKind.UNKNOWN;
    ran |= kind != StatementKind.SHOW;
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

  /** A transaction begins or ends, or goes back to a savepoint. */
  void controls() {
    changes = true;
    controls = true;
  }

  boolean controlsTransaction() {
    return controls;
  }

  void beginsTransaction() {
    controls();
    begun = true;
    nested++;
  }

  void commits() {
    nested -= nested > 0 ? 1 : 0;
  }

  void rollsBack() {
    nested = 0;
  }

  /**
   * True if a statement ahead of the present one inserts rows. Where it may not run, who reads an
   * identity behind it means that one nevertheless.
   */
  boolean inserted() {
    return inserts;
  }

  /** True if code ahead of the present statement may have inserted rows. */
  boolean called() {
    return calls;
  }

  /** True if a statement ahead of the present one leaves row counts of its own. */
  boolean ran() {
    return ran;
  }

  boolean isEmpty() {
    return statements == 0;
  }

  boolean branches() {
    return branches;
  }

  /** A cursor is declared that ends with the batch. */
  void hasLocalCursor() {
    localCursor = true;
  }

  /** True if a cursor of the session may outlive a DEALLOCATE that has its name. */
  boolean mayDeallocateAnother() {
    return branches || localCursor;
  }

  StatementFacts facts(EffectList effects) {
    if (branches) {
      effects.addOnce(new Effect(SqlServerEffect.BRANCHES, "", -1, -1));
    }
    boolean open = branches ? begun : nested > 0;
    return statements > 1
        ? StatementFacts.ofMulti(
            statements, effects.take(), changes, open, changes && !open, redefining)
        : StatementFacts.ofSingle(first, effects.take(), false);
  }
}
