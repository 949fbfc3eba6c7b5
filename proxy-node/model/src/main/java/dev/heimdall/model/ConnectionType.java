package dev.heimdall.model;

/** The kind of client connection that an authentication rule is for. */
public enum ConnectionType implements Spelled {
  /** With and without TLS. */
  HOST,
  /** Only with TLS. */
  HOSTSSL,
  /** Only without TLS. */
  HOSTNOSSL
}
