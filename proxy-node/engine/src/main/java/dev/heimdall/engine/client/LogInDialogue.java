package dev.heimdall.engine.client;

import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;

/**
 * One client's log-in in the words of its protocol: reads what the client sends, asks the node by
 * {@link LogInHost}, and tells the client what the node has decided. All on the client's event
 * loop.
 */
public interface LogInDialogue {
  /** The client has connected: a protocol whose server speaks first greets it. */
  void begin();

  /**
   * The client has sent something. Called again with what is left when more has come, and as long
   * as something was taken.
   */
  void read(ByteBuf in);

  /** The error for a client that must begin TLS before it logs in. */
  default ServerError tlsRequired(ServerError neutral) {
    return neutral;
  }

  /** The client has to prove who it is before it gets what it requested. */
  void prove(PasswordExchange exchange);

  /** The next message to the client in an exchange of several. */
  void challenge(byte[] message);

  /** The last message of such an exchange, the node's own proof: the client is who it says. */
  void proved(byte[] message);

  /**
   * Variables that the session is to have from its beginning; requested when the client is
   * authenticated.
   */
  StartupVariables variables() throws StartupVariables.Rejected;

  /**
   * Capabilities agreed with the client that its servers must have agreed on too; requested when
   * the client has requested something.
   */
  Capabilities capabilities();

  /**
   * Handler between the client's channel and its session that turns bytes on the wire into those of
   * the protocol; null for none. Asked once, at the end of a connection's first log-in.
   */
  default ChannelHandler onTheWire() {
    return null;
  }

  /** Encoder for replies to this client, by what was agreed up to now. */
  ClientEncoder encoder();
}
