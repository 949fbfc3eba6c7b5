package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.ServerError;

/** A session that asks for a server connection. Called on its own event loop. */
public interface Waiter {
  /** Variables of the session; a connection that has them already is preferred. */
  Variables variables();

  /** True if its statement found no place in a shared pipeline and would still take one. */
  default boolean wouldShare() {
    return false;
  }

  /**
   * Shortest run time of its statement, in nanoseconds, if that may go into the pipeline of this
   * connection; negative if it needs one of its own.
   */
  default long sharesFor(ServerConnection connection) {
    return -1;
  }

  /** It has a place in the pipeline of a shared connection. */
  default void placed(Lane lane) {
    throw new UnsupportedOperationException();
  }

  /** A connection is here; the waiter holds it until it gives it back. */
  void acquired(ServerConnection connection);

  /** None will come. */
  void refused(ServerError error);

  /**
   * One of these methods has thrown this: the waiter is to end, and to log it. Called later, as an
   * event of its own.
   */
  void failed(Throwable cause);

  /**
   * There is no writer any more, whose connection is waited for: who may as well go to a replica
   * leaves the queue.
   */
  default void writerLost() {}

  /** The writer is silent: who may be answered by a replica now leaves the queue. */
  default void writerSilent() {}

  /** The wait has become long; called once a wait. Says whether a client was told. */
  boolean waitsLong();
}
