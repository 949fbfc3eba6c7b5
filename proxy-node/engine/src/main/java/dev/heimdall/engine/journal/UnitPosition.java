package dev.heimdall.engine.journal;

import dev.heimdall.engine.wire.TransactionState;

/** How far a client has come with the units that it sends and with their answers. */
public interface UnitPosition {
  /** The number of the unit that is sent next. */
  long sent();

  /** The number of the unit that is answered next. */
  long done();

  /** Units that were sent to their end and are not answered. */
  int outstanding();

  /** Whether part of a unit was sent whose end was not. */
  boolean unitOpen();

  /** Of its transaction, by what was answered. */
  TransactionState status();

  /**
   * Whether a statement that it sends outside a transaction is one of its own; else a transaction
   * begins with it.
   */
  boolean autocommits();

  /** Whether what it sends goes to a replica. */
  boolean away();

  /** Whether the client has gone. */
  boolean closed();
}
