package dev.heimdall.engine.session;

import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.wire.TransactionState;

/** A session as the choice of its pools sees it; all on its loop. */
interface RoutedClient {

  /** What rules say of the next statement. */
  Decision decision();

  TransactionState status();

  boolean keepsServer();

  /** Groups of messages that are not answered. */
  int outstanding();

  /** Whether the present or awaited server connection leads to a replica. */
  boolean away();

  /** Whether the transaction on a replica may have come to its end, once all is answered. */
  boolean endingAway();

  /** The pool of the replica that the next statement goes to; null when it goes to the writer. */
  LoopPool chooseReplica();
}
