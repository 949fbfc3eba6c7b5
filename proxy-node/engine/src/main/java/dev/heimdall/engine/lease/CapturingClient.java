package dev.heimdall.engine.lease;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.sql.PinReason;

/** A session as the capture of its settings sees it; all on its loop. */
public interface CapturingClient {

  boolean closed();

  /**
   * The client has disconnected: the connection goes back when it has no pending replies any more.
   */
  void rest(ServerConnection connection);

  /** The session keeps its connection from now on. */
  void pin(PinReason reason);

  /** The settings that are carried take so much memory. */
  void settingsHeld(long bytes);

  /** The session may be pinned for less than when this connection was answered last. */
  void pinsRead(ServerConnection connection);

  /** The connection may be given back. */
  void settle();

  /** What the client has sent is carried out. */
  void process();
}
