package dev.heimdall.engine.lease;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.wire.ServerError;

/** Which replica the next statement of a session goes to, as the session's lease asks. */
public interface ReplicaChoice {
  /** The pool of the replica that the next statement goes to; null when it goes to the writer. */
  LoopPool choose();

  /**
   * The pool of a replica from which to learn what servers report to the session that begins, while
   * there is no writer; null when that is learnt from the writer.
   */
  LoopPool chooseForLogIn();

  /** The session has learnt that, or will learn it from the writer. */
  void leaveForWriter();

  /** Whether the statement that was to be sent waits for a replica that is fresh enough. */
  boolean awaits();

  /**
   * Why the statement is not carried out: there is no writer, and it has waited for one, or for a
   * replica, for as long as it may. Null when it is.
   */
  ServerError outwaited();

  /** Whether the statement that waits for the writer's connection may be answered by a replica. */
  boolean mayLeave();

  /** Whether a replica may answer now what was sent to the writer, and no writer answers. */
  boolean mayBeAnsweredElsewhere();

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
