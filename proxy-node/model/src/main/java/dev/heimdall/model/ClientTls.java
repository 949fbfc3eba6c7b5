package dev.heimdall.model;

import java.nio.file.Path;
import java.util.Optional;

/** TLS towards clients. */
public record ClientTls(
    @Setting(
            value = "Whether clients may (`allow`) or must (`require`) use TLS.",
            otherwise = "`allow` when `certificateFile` is set, else `disable`",
            applies = Applies.NEW_CONNECTIONS)
        ClientTlsMode mode,
    @Setting(
            value = "The certificate, with its chain, that clients see (PEM). Needs `keyFile`.",
            applies = Applies.NEW_CONNECTIONS)
        Optional<Path> certificateFile,
    @Setting(
            value = "That certificate's private key (PKCS #8 PEM, not encrypted).",
            applies = Applies.NEW_CONNECTIONS)
        Optional<Path> keyFile,
    @Setting(
            value = "The authorities that client certificates must come from (PEM).",
            applies = Applies.NEW_CONNECTIONS)
        Optional<Path> clientCaFile,
    @Setting(
            value =
                "Whether clients present a certificate. `optional` and `require` need"
                    + " `clientCaFile`.",
            byDefault = "none",
            applies = Applies.NEW_CONNECTIONS)
        ClientCertificate clientCertificate) {
  public ClientTls {
    if (mode == null) {
      mode = certificateFile.isPresent() ? ClientTlsMode.ALLOW : ClientTlsMode.DISABLE;
    }
  }

  /** Every setting at its default. */
  public static ClientTls defaults() {
    return Shape.of(ClientTls.class).defaults();
  }
}
