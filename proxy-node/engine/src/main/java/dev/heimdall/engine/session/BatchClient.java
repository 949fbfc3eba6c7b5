package dev.heimdall.engine.session;

import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.VirtualDatabase;

/** A session as its prepared statements see it; all on its loop. */
public interface BatchClient {
  /** To whom replies go. */
  StatementOwner owner();

  TransactionState status();

  /** Groups of messages that are not answered. */
  int outstanding();

  /** The settings of its virtual database. */
  VirtualDatabase settings();

  PoolMetrics counters();

  /** Whether it has a statement in the pipeline of a connection that others use as well. */
  boolean sharing();

  /** A statement is being sent of which this is known. */
  void sending(boolean mayRepeat, boolean mayRunLater, boolean dropsNames);

  /** The reply that comes next gets this tag. */
  void promiseTag(String tag);

  /** There is no room for its unnamed statement: the session ends. */
  void refuseUnnamed();

  void pin(PinReason reason);

  /** Sends an error and closes. */
  void fatal(ServerError error);

  /** The client has sent what the protocol does not allow: an error, and the end. */
  void protocolError(String message);
}
