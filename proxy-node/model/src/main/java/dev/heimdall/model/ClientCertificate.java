package dev.heimdall.model;

/** Policy on certificates that clients present. */
public enum ClientCertificate implements Spelled {
  /** None is asked for. */
  NONE,
  /** One is asked for, and checked when it comes. */
  OPTIONAL,
  /** A valid one is needed for every TLS connection. */
  REQUIRE
}
