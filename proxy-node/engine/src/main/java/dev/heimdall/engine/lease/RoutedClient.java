package dev.heimdall.engine.lease;

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
}
