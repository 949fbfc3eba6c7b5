package dev.heimdall.engine.wire;

/** State of a session's transaction, as its server reports it at the end of each answer. */
public enum TransactionState {
  /** No transaction block is open. */
  IDLE,
  /** A transaction block is open. */
  OPEN,
  /** A transaction block is open that can only be rolled back. */
  FAILED;

  /** True if a transaction block is open, failed or not. */
  public boolean inBlock() {
    return this != IDLE;
  }
}
