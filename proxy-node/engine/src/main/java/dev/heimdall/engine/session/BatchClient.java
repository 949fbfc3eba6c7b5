package dev.heimdall.engine.session;

import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.sql.StatementFacts;
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

  /**
   * Whether rules say the same of the statement as before, if the transaction is being replayed.
   *
   * @param outcome what rules put in its place
   */
  boolean ruledAlike(int outcome);

  /** A statement is bound of which this is known, perhaps within a transaction. */
  void bound(StatementFacts facts, boolean unnamed);

  /** A statement is being sent of which this is known. */
  void sending(boolean mayRepeat, boolean dropsNames);

  /** The reply that comes next gets this tag. */
  void promiseTag(String tag);

  /** There is no room for its unnamed statement: the session ends. */
  void refuseUnnamed();

  void pin(String reason);

  /** Sends an error and closes. */
  void fatal(ServerError error);

  /** The client has sent what the protocol does not allow: an error, and the end. */
  void protocolError(String message);
}
