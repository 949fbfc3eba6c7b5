package dev.heimdall.engine.client;

import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Services of the node for the dialogue of a client's log-in, whatever the protocol. All on the
 * client's event loop.
 */
public interface LogInHost {
  /** For what the client is to be sent. */
  ByteBuf buffer(int capacity);

  /** Sends with whatever is sent next. */
  void write(ByteBuf out);

  void send(ByteBuf out);

  /** Unpredictable bytes, for a challenge. */
  byte[] random(int length);

  /** The number that the session will have in its cancel key. */
  int number();

  /**
   * Address of the client, {@link dev.heimdall.engine.net.LocalClient#ADDRESS} for a Unix domain
   * socket; null when it has left already.
   */
  InetSocketAddress address();

  /**
   * Finds out what servers say of themselves, for a client that has to hear it first.
   *
   * @param capabilities that a server is asked with where none has been heard yet
   * @param known called once, perhaps at once and perhaps later; with null where no server can be
   *     reached: then only the admin database takes log-ins
   */
  void greeting(Capabilities capabilities, Consumer<Greeting> known);

  /**
   * Has something computed that would keep the event loop busy; what the client sends meanwhile
   * waits.
   *
   * @param then gets it on the event loop, unless the client has gone
   */
  <T> void compute(Supplier<T> work, Consumer<T> then);

  /**
   * True if clients of this application have server connections of their own, which log in with its
   * name: for engines whose servers learn the name at log-in alone. Takes one of the slots that
   * {@code pool.applicationNames} allows.
   */
  boolean namesApplication(String name);

  /** True if the connection is encrypted. */
  boolean tls();

  /**
   * True if the connection is safe from eavesdroppers: it is encrypted, or does not leave the
   * machine.
   */
  boolean secure();

  /** True if the client may have it encrypted. */
  boolean offersTls();

  /** True if the client must have it encrypted. */
  boolean requiresTls();

  /**
   * True if some client's password can only be judged by a proof of {@link
   * dev.heimdall.engine.auth.NativePassword}; no user has been named yet.
   *
   * @param atServer whether servers take what such a proof reveals
   */
  boolean judgesByNativeHashes(boolean atServer);

  /** True if the client may send files of its own that statements ask for. */
  boolean takesFiles();

  /** True if the client may have what is sent compressed. */
  boolean compresses();

  /** The client's next bytes are its TLS handshake; what comes after it is read decrypted. */
  default void beginTls() {
    beginTls(Unpooled.EMPTY_BUFFER);
  }

  /**
   * Begins TLS for a client that does not wait for an answer to its request: its handshake may have
   * begun to come.
   *
   * @param begun what is here of the handshake; taken whole
   */
  void beginTls(ByteBuf begun);

  /**
   * Ends a TLS that was agreed for the log-in's messages alone: from here on both sides send bytes
   * as they are.
   */
  void endTls();

  /**
   * The client has begun a TLS handshake that was not agreed, with the bytes that are being read. A
   * new dialogue goes on inside.
   *
   * @param applicationProtocol the one that the client must have chosen in the handshake
   */
  void tlsBegun(String applicationProtocol);

  /** The client wants to log in: it is asked for a proof, let in, or refused. */
  void request(SessionRequest request);

  /** The client wants to cancel what another one runs, and nothing else. */
  void cancel(CancelKey key);

  /**
   * Another node passes on what a client of its own wants. It is carried out only where the proof
   * is of a node of this fleet.
   *
   * @param challenge that was sent by this connection
   * @param lastWords to the client of a session that ends
   * @param answer to the other node, behind which the connection is closed
   */
  void kill(
      KillRequest request,
      byte[] challenge,
      byte[] proof,
      ServerError lastWords,
      Function<KillOutcome, ByteBuf> answer);

  /** The client gets the error, and the connection is closed. */
  void refuse(ServerError error);

  /** Sends the error for a violation of the protocol and closes the connection; it is counted. */
  void protocolError(String message);

  /** Closes without an answer. */
  void close();
}
