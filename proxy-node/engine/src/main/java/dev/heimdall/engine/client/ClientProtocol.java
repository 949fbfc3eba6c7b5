package dev.heimdall.engine.client;

import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.UnreadableStateException;
import dev.heimdall.engine.net.HandshakePackets;
import dev.heimdall.engine.wire.Capabilities;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/** Log-in of the clients of one protocol. */
public interface ClientProtocol {
  /**
   * The part of this protocol in the log-in of one client.
   *
   * @param login what it asks of the node
   * @param before as whom the client was logged in over the same connection; null at its first
   *     log-in, and where it {@linkplain #logsInAgain cannot} do so again
   */
  LogInDialogue logIn(LogInHost login, Login before);

  /** True if its clients may log in again over the same connection. */
  default boolean logsInAgain() {
    return false;
  }

  /**
   * True if the passwords of its clients are safe from eavesdroppers, also without TLS: they are
   * encrypted in its messages.
   */
  default boolean hidesPasswords() {
    return false;
  }

  /** True if its clients prove their passwords by SCRAM where nothing else was chosen. */
  default boolean provesByScram() {
    return false;
  }

  /** True if its servers offer TLS to clients of a Unix domain socket, too. */
  default boolean tlsOnUnixSockets() {
    return false;
  }

  /** In which packets the handshake of a TLS that was agreed travels; empty where in none. */
  default Optional<HandshakePackets> handshakePackets() {
    return Optional.empty();
  }

  /**
   * Returns the encoder for a client of this protocol, and the capabilities agreed with it, for one
   * that logged in at another process.
   *
   * @param state that {@link ClientEncoder#write} has written there
   */
  default Agreed agreed(StateReader state) {
    throw new UnreadableStateException("clients of this protocol stay where they are");
  }

  /**
   * Result of a log-in.
   *
   * @param encoder how the client is answered
   * @param capabilities what was agreed with it
   */
  record Agreed(ClientEncoder encoder, Capabilities capabilities) {}

  /**
   * Asks another node of the fleet to cancel what the session with this key runs, for a protocol
   * whose clients cancel over connections of their own.
   */
  default void cancelRequest(ByteBuf out, CancelKey key) {
    throw new UnsupportedOperationException("its clients send no cancel requests");
  }
}
