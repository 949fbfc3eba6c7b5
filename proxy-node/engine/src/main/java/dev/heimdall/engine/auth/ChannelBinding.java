package dev.heimdall.engine.auth;

/**
 * Whether our log-in to a database is tied to its TLS certificate; libpq's setting of the same
 * name.
 */
public enum ChannelBinding {
  /** Never. */
  DISABLE,
  /** Whenever TLS is on and the server offers it. */
  PREFER,
  /** The log-in fails without it. */
  REQUIRE
}
