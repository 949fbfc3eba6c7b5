package dev.heimdall.model;

import java.nio.file.Path;
import java.util.Optional;

/** TLS towards another node of the fleet. */
public record PeerTls(
    @Setting(
            value =
                "Whether cancel requests and `KILL` go to the other node in TLS, and how far its"
                    + " certificate is checked, as libpq's `sslmode`.",
            byDefault = "prefer")
        TlsMode mode,
    @Setting(
            value = "The certificate authorities that `verify-ca` and `verify-full` trust (PEM).",
            otherwise = "those of the Java runtime")
        Optional<Path> caFile) {
  /** Every setting at its default. */
  public static PeerTls defaults() {
    return Shape.of(PeerTls.class).defaults();
  }
}
