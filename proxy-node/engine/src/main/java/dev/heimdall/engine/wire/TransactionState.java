package dev.heimdall.engine.wire;

/** Where a session's transaction stands, as its server says at the end of each answer. */
public enum TransactionState {
  /** No transaction block is open. */
  IDLE,
  /** A transaction block is open. */
  OPEN,
  /** A transaction block is open that can only be rolled back. */
  FAILED;

  /** Whether a transaction block is open, failed or not. */
  public boolean inBlock() {
    return this != IDLE;
  }
}
