package dev.heimdall.model;

import java.nio.file.Path;
import java.util.Optional;

/** TLS towards clients. */
public record ClientTls(
    @Setting(
            value = "Whether clients may (`allow`) or must (`require`) use TLS.",
            otherwise = "`allow` when there is a certificate, else `disable`",
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
            value =
                "In place of the two files: certificate, chain and key as one PEM text, which is"
                    + " best kept in Secrets Manager.",
            applies = Applies.NEW_CONNECTIONS)
        Optional<Secret> certificate,
    @Setting(
            value =
                "In place of a certificate of yours: one that the node makes when it starts. Clients"
                    + " cannot verify it.",
            byDefault = "false",
            applies = Applies.NEW_CONNECTIONS)
        boolean selfSigned,
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
      mode =
          selfSigned || certificate.isPresent() || certificateFile.isPresent()
              ? ClientTlsMode.ALLOW
              : ClientTlsMode.DISABLE;
    }
  }

  /** True if clients see a certificate, wherever it is from. */
  boolean hasCertificate() {
    return selfSigned || certificate.isPresent() || certificateFile.isPresent();
  }

  /** Every setting at its default. */
  public static ClientTls defaults() {
    return Shape.of(ClientTls.class).defaults();
  }
}
