package dev.heimdall.engine.memory;

/** The large caches of a node, which share its memory budget. */
public enum BudgetedCache {
  /** What event loops know of statements: by fingerprint, and by the very text. */
  STATEMENTS("statements", 30),
  /** Prepared statements that event loops keep although no session names them any more. */
  PREPARED("prepared", 10),
  /** What event loops remember of the decisions of rules. */
  RULES("rules", 20),
  /** Catalogues of databases. */
  CATALOGUES("catalogues", 40),
  /**
   * Prepared statements that clients name: nothing of it can be evicted, so that one more is
   * refused. Beside the budget, as much again.
   */
  NAMED("named", 100);

  private final String label;
  private final int percent;

  BudgetedCache(String label, int percent) {
    this.label = label;
    this.percent = percent;
  }

  /** As metrics and {@code SHOW MEMORY} name it. */
  public String label() {
    return label;
  }

  /** Whether it is beside the budget that the others divide. */
  public boolean beside() {
    return this == NAMED;
  }

  long of(long budget) {
    return budget / 100 * percent;
  }
}
