package dev.heimdall.engine.journal;

import dev.heimdall.engine.wire.TransactionState;

/** Progress of a client through the units that it sends and their answers. */
public interface UnitPosition {
  /** The number of the unit that is sent next. */
  long sent();

  /** The number of the unit that is answered next. */
  long done();

  /** Units that were sent to their end and are not answered. */
  int outstanding();

  /** True if part of a unit was sent whose end was not. */
  boolean unitOpen();

  /** Of its transaction, by what was answered. */
  TransactionState status();

  /**
   * True if a statement that it sends outside a transaction is one of its own; else a transaction
   * begins with it.
   */
  boolean autocommits();

  /** True if what it sends goes to a replica. */
  boolean away();

  /** True if the client has gone. */
  boolean closed();
}
