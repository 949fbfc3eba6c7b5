package dev.heimdall.engine.client;

import io.netty.channel.ChannelHandler;

/** The session of a client that comes from another process; all on its event loop. */
public interface HandedSession extends ChannelHandler {
  /**
   * Makes the session what it is at the other process; what the client sends is not read yet.
   *
   * @throws dev.heimdall.engine.handover.UnreadableStateException if it cannot go on here; then
   *     nothing is left of it but its channel
   */
  void resume();

  /** The other process has let go of the client: what it sends is read. */
  void begin();

  /** The client has ended at the other process. */
  void drop();
}
