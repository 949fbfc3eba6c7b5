package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.session.state.Snapshots;

/** Knowledge of a client's protocol about its session's server connection. */
public interface SessionProtocol {
  // ---- sequences

  /**
   * A statement is about to run that may ask for sequence values out of sight.
   *
   * @param known whether it is known to ask
   */
  default void guardSequences(ServerConnection server, boolean known) {}

  /** Values that others took from sequences are not to be found on this connection. */
  default void forgetSequences(ServerConnection server) {}

  // ---- what may be shared, or sent again

  /** True if all that waits is one statement that may share the pipeline of a connection. */
  default boolean shareable(int most) {
    return false;
  }

  /** True if that statement can be carried out over this connection as it is. */
  default boolean runsOn(ServerConnection server) {
    return true;
  }

  /** Drops the undo for a failure of the last sent message: the session has left it behind. */
  default void undoNothing(ServerConnection server) {}

  // ---- what its reads see

  /** By which snapshots the transaction reads that is open, as far as that is known by now. */
  default Snapshots snapshots() {
    return Snapshots.UNKNOWN;
  }

  // ---- when it is lost

  /** The transaction is about to be run again from its beginning. */
  default void rewinds() {}

  /**
   * Takes the end of a group that was put in behind a part of the client's batch: an error for it
   * is followed by the rest of that, up to which the client gets no more.
   */
  default boolean takePutInEnd() {
    return false;
  }

  /** Nothing is answered any more of what was sent over the connection that is lost. */
  default void unanswered() {}

  // ---- when it is answered

  /**
   * True if the session keeps its server connection until everything on it is answered: a protocol
   * that takes one command at a time has statements of the node's own ahead of the client's.
   */
  default boolean awaitsRest(ServerConnection server) {
    return false;
  }

  /**
   * Notes that the pin of the session turns out to have ended, after it was answered: deferred
   * queries to its connection are to be sent before the connection goes.
   */
  default void pinEnded(ServerConnection server) {}
}
