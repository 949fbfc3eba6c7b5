package dev.heimdall.model;

import java.nio.file.Path;
import java.util.Optional;

/** TLS towards a database server. */
public record BackendTls(
    @Setting(
            value =
                "Whether TLS is used and how far the server's certificate is checked, as libpq's"
                    + " `sslmode`.",
            byDefault = "prefer",
            applies = Applies.NEW_CONNECTIONS)
        TlsMode mode,
    @Setting(
            value = "The certificate authorities that `verify-ca` and `verify-full` trust (PEM).",
            otherwise = "those of the Java runtime",
            applies = Applies.NEW_CONNECTIONS)
        Optional<Path> caFile,
    @Setting(
            value = "The certificate that the proxy presents to the server (PEM). Needs `keyFile`.",
            applies = Applies.NEW_CONNECTIONS)
        Optional<Path> certificateFile,
    @Setting(
            value = "That certificate's private key (PKCS #8 PEM, not encrypted).",
            applies = Applies.NEW_CONNECTIONS)
        Optional<Path> keyFile,
    @Setting(
            value = "Whether SCRAM is bound to the TLS connection.",
            byDefault = "prefer",
            applies = Applies.NEW_CONNECTIONS)
        ChannelBinding channelBinding,
    @Setting(
            value =
                "Begin with TLS (ALPN) instead of asking first; PostgreSQL 17 or later, and `mode`"
                    + " `require` or stricter.",
            byDefault = "false",
            applies = Applies.NEW_CONNECTIONS)
        boolean direct) {
  /** Every setting at its default. */
  public static BackendTls defaults() {
    return Shape.of(BackendTls.class).defaults();
  }
}
