package dev.heimdall.engine.client;

import dev.heimdall.engine.wire.ServerError;
import java.net.SocketAddress;
import java.time.Duration;

/**
 * Listener to clients' connects and disconnects, for logs and counters. Called on event loops: must
 * not block.
 */
public interface ClientEvents {
  void loggedIn(Client client);

  void refused(String vdb, SocketAddress client, String user, String database, ServerError why);

  /**
   * Log-ins as this user from this client's address are slowed after wrong passwords.
   *
   * @param delay of the next one
   */
  void slowed(String vdb, SocketAddress client, String user, Duration delay);

  /** A client could not begin TLS. */
  void tlsFailed(String vdb, SocketAddress client, String why);

  /** A client sent what the protocol does not allow; its connection is closed. */
  void protocolError();

  /** A cancel request came whose key no client holds. */
  void cancelUnknown();

  void closed(Client client, CloseReason why);
}
