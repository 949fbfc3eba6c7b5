package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.wire.ServerError;

/** Choice of the replica for the next statement of a session, as its lease requests it. */
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

  /** True if the statement that was to be sent waits for a replica that is fresh enough. */
  boolean awaits();

  /**
   * Reason that the statement is not carried out: there is no writer, and it has waited for one, or
   * for a replica, for as long as it may. Null when it is.
   */
  ServerError outwaited();

  /** True if the statement that waits for the writer's connection may be answered by a replica. */
  boolean mayLeave();

  /** True if a replica may answer now what was sent to the writer, and no writer answers. */
  boolean mayBeAnsweredElsewhere();

  /** True if the present or awaited server connection leads to a replica. */
  boolean away();

  /** True if the transaction on a replica may have come to its end, once all is answered. */
  boolean ending();

  /** True if the statement that waited may be sent over this connection. */
  boolean mayUse(ServerConnection connection);

  /** The replica's pool has no connection to give. */
  void refused();

  /** The replica does not take what the session needs. */
  void refusedThere();
}
