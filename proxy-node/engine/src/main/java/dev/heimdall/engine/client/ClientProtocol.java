package dev.heimdall.engine.client;

import io.netty.buffer.ByteBuf;

/** How the clients of one protocol log in. */
public interface ClientProtocol {
  /**
   * The part of this protocol in the log-in of one client.
   *
   * @param login what it asks of the node
   */
  LogInDialogue logIn(LogIn login);

  /** Asks another node of the fleet to cancel what the session with this key runs. */
  void cancelRequest(ByteBuf out, CancelKey key);
}
