package dev.heimdall.model;

/** Method by which a client proves its identity. */
public enum AuthMethod implements Spelled {
  SCRAM_SHA_256,
  MD5,
  /** Clear text; only inside TLS. */
  PASSWORD,
  /** Clear text, which the directory checks. */
  LDAP,
  /** No proof at all. */
  TRUST,
  /** Always refused. */
  REJECT,
  /** The client certificate's common name is the user. */
  CERT
}
