package dev.heimdall.engine.backend;

import dev.heimdall.engine.wire.ServerError;

/**
 * Cause of the end of a server connection.
 *
 * @param reason in words, for a log
 */
public record Ending(Side side, String reason) {
  /** The end of a connection on which a statement failed that keeps sessions apart. */
  static Ending ofState(String statement, ServerError error) {
    String code = error.number() == 0 ? error.sqlState() : Integer.toString(error.number());
    return new Ending(Side.STATE, statement + " failed with " + code);
  }

  /** Side that caused the end of a connection. */
  public enum Side {
    /** This node wanted it. */
    NODE,
    /** The server, or the network. */
    SERVER,
    /** The server sent what the protocol does not allow. */
    PROTOCOL,
    /** This node, because the server did not end a statement that has exceeded a time limit. */
    TIME_LIMIT,
    /** This node, because a statement of its own failed that keeps sessions apart. */
    STATE
  }
}
