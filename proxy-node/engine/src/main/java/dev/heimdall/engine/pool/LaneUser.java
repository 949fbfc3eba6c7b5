package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;

/** A session that has a statement in a {@link Lane}. Called on its own event loop. */
public interface LaneUser extends ReplyOwner {
  /** Variables of the session; only a connection that has the same may be shared. */
  Variables variables();

  /** True if the statement can be sent over this connection without asking the server first. */
  boolean runsOn(ServerConnection connection);

  /**
   * True if the statement may stand behind others: only what can leave the lane again may, for a
   * signal to those before it could hit it.
   */
  boolean mayFollow();

  /**
   * Moves the statement elsewhere, because what stands before it takes too long or is to be
   * cancelled; it has left the lane when this returns.
   */
  void moveOn();
}
