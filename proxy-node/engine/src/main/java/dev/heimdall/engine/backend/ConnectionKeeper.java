package dev.heimdall.engine.backend;

/** Keeper of a server connection: its pool. */
public interface ConnectionKeeper {
  void serverClosed(ServerConnection connection);

  /** A cancel request that held the connection back has been carried out. */
  void cancelsDone(ServerConnection connection);

  /**
   * True if a client waits for a connection like this, or it is to be closed: its holder ought to
   * return it as soon as can be.
   */
  default boolean wanted(ServerConnection connection) {
    return false;
  }

  /** The server takes no more prepared statements, of any connection: others make room. */
  default void preparedFull() {}

  /**
   * The node's connections hold as many prepared statements as they may on the server: idle ones
   * make room, those of this event loop at once.
   *
   * @param held whether those go as well that clients hold
   */
  default void preparedNearlyFull(ServerConnection connection, boolean held) {}
}
