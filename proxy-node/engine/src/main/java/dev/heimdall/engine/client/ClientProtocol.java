package dev.heimdall.engine.client;

import io.netty.buffer.ByteBuf;

/** How the clients of one protocol log in. */
public interface ClientProtocol {
  /**
   * The part of this protocol in the log-in of one client.
   *
   * @param login what it asks of the node
   * @param before as whom the client was logged in over the same connection; null at its first
   *     log-in, and where it {@linkplain #logsInAgain cannot} do so again
   */
  LogInDialogue logIn(LogIn login, Login before);

  /** Whether its clients may log in again over the same connection. */
  default boolean logsInAgain() {
    return false;
  }

  /**
   * Whether nobody on the way can read the passwords that its clients send, also without TLS: they
   * are encrypted in its messages.
   */
  default boolean hidesPasswords() {
    return false;
  }

  /** Whether its servers offer TLS to clients of a Unix domain socket, too. */
  default boolean tlsOnUnixSockets() {
    return false;
  }

  /** Asks another node of the fleet to cancel what the session with this key runs. */
  void cancelRequest(ByteBuf out, CancelKey key);
}
