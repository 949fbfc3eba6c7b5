package dev.heimdall.engine.lease;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pool.LoopPool;

/** Which replica the next statement of a session goes to, as the session's lease asks. */
public interface ReplicaChoice {
  /** The pool of the replica that the next statement goes to; null when it goes to the writer. */
  LoopPool choose();

  /** Whether the statement that was to be sent waits for a replica that is fresh enough. */
  boolean awaits();

  /** Whether the present or awaited server connection leads to a replica. */
  boolean away();

  /** Whether the transaction on a replica may have come to its end, once all is answered. */
  boolean ending();

  /** Whether the statement that waited may be sent over this connection. */
  boolean mayUse(ServerConnection connection);

  /** The replica's pool has no connection to give. */
  void refused();

  /** The replica does not take what the session needs. */
  void refusedThere();
}
