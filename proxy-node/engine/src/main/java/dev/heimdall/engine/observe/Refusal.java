package dev.heimdall.engine.observe;

import java.util.Locale;

/** Reason that a client was not admitted. */
public enum Refusal {
  /** Wrong password, unknown user or failed channel binding: outwardly all the same. */
  AUTHENTICATION,
  /** The database is not configured. */
  UNKNOWN_DATABASE,
  /** No access rule matches, or the one that does says no. */
  NOT_ALLOWED,
  /** A limit of the node, the virtual database or the user is reached. */
  TOO_MANY_CLIENTS,
  /** The node is draining. */
  DRAINING,
  /** The client did not finish its log-in in time. */
  TIMEOUT,
  /** The start-up bytes were no start-up packet. */
  PROTOCOL,
  /** The TLS handshake failed. */
  TLS,
  /** No server could be reached to log in with the client's own credentials. */
  SERVER_UNAVAILABLE;

  /** The label in metrics and logs, lower case with underscores. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
