package dev.heimdall.model;

/** Whether SCRAM at the database is bound to the TLS connection (SCRAM-SHA-256-PLUS). */
public enum ChannelBinding implements Spelled {
  DISABLE,
  PREFER,
  REQUIRE
}
