package dev.heimdall.model;

/** Binding of SCRAM at the database to the TLS connection (SCRAM-SHA-256-PLUS). */
public enum ChannelBinding implements Spelled {
  DISABLE,
  PREFER,
  REQUIRE
}
