package dev.heimdall.model;

/** Policy on TLS for clients: allowed or required. */
public enum ClientTlsMode implements Spelled {
  /** TLS is refused. */
  DISABLE,
  /** The client decides. */
  ALLOW,
  /** A log-in without TLS is refused. */
  REQUIRE
}
