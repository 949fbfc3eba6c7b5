package dev.heimdall.model;

/** Use of TLS on a connection to the database; the meaning is that of libpq's sslmode. */
public enum TlsMode implements Spelled {
  /** Never. */
  DISABLE,
  /** TLS if the server offers it; the certificate is not checked. */
  PREFER,
  /** Always; the certificate is not checked. */
  REQUIRE,
  /** Always; the certificate must come from a trusted authority. */
  VERIFY_CA,
  /** Always; the certificate must come from a trusted authority and name the host. */
  VERIFY_FULL
}
