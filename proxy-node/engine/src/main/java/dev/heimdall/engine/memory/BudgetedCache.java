package dev.heimdall.engine.memory;

/**
 * The large caches of a node, which share its memory budget, and what lies beside it: memory that
 * clients hold and that cannot be evicted, with limits in proportion to the budget.
 */
public enum BudgetedCache {
  /** Knowledge of event loops about statements: by fingerprint, and by the very text. */
  STATEMENTS("statements", 30),
  /** Prepared statements that event loops keep although no session names them any more. */
  PREPARED("prepared", 10),
  /** Decisions of rules that event loops remember. */
  RULES("rules", 20),
  /** Catalogues of databases. */
  CATALOGUES("catalogues", 40),
  /**
   * Prepared statements that clients name: nothing of it can be evicted, so that one more is
   * refused. Beside the budget, as much again.
   */
  NAMED("named", 100),
  /** Unnamed statements of clients. Beside the budget, as are all that follow. */
  UNNAMED("unnamed", 75),
  /** Session settings that the node carries from one server connection to the next. */
  SETTINGS("settings", 20),
  /** Channels that clients listen to. */
  CHANNELS("channels", 10),
  /** Input of clients that the node has not handled: in network buffers, not on the heap. */
  INPUT("input", 100),
  /** Large statements that clients are sending, in network buffers: these wait for room. */
  LARGE_INPUT("large input", 100);

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

  /** True if it is beside the budget that the others divide. */
  public boolean beside() {
    return ordinal() >= NAMED.ordinal();
  }

  long of(long budget) {
    return budget / 100 * percent;
  }
}
