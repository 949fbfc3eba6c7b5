package dev.heimdall.engine.lease;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.ServerError;

/**
 * A client's transaction whose server connection was lost, as the lease of the next one sees it.
 */
public interface LostTransaction {
  /** What the client's next statement gets instead of being sent; null for nothing. */
  ServerError takeUntold();

  /** Whether the client is in a transaction whose connection was lost. */
  boolean transactionLost();

  /** Brings another connection to where the client is: in a transaction that has failed. */
  void failTransaction(ServerConnection connection, InternalQuery preparation);

  /** Whether the connection is now in the failed transaction that the client is in. */
  boolean failed(ServerConnection connection);
}
