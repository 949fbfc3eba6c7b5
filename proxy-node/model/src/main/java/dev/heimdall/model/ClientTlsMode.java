package dev.heimdall.model;

/** Whether clients may or must use TLS. */
public enum ClientTlsMode implements Spelled {
  /** TLS is refused. */
  DISABLE,
  /** The client decides. */
  ALLOW,
  /** A log-in without TLS is refused. */
  REQUIRE
}
