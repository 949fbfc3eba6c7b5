package dev.heimdall.engine.net;

import dev.heimdall.model.Secret;
import dev.heimdall.model.tls.KeyPairs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate chain and the private key that belongs to it. That they belong together is checked
 * here: a TLS library may find out only when the first client comes.
 */
record PemIdentity(PrivateKey key, X509Certificate... chain) {
  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----([^-]*)-----END[^-]*-----");

  /**
   * Origin of PEM text.
   *
   * @param setting that names it
   * @param place of the text, as a message has it
   */
  private record Origin(String setting, String place) {
    IOException fault(String words) {
      return new IOException(setting + ": " + words);
    }
  }

  /**
   * @throws IOException when a file cannot be read or is not what it should be; the message names
   *     the setting and the file, and holds nothing of the key
   */
  static PemIdentity read(Path certificateFile, Path keyFile) throws IOException {
    Origin certificate = new Origin("tls.certificateFile", certificateFile.toString());
    Origin key = new Origin("tls.keyFile", keyFile.toString());
    return of(text(certificateFile, certificate), certificate, text(keyFile, key), key);
  }

  /**
   * Reads both out of one text, in any order; the node's own certificate is ahead of its chain.
   *
   * @throws IOException as {@link #read}
   */
  static PemIdentity of(Secret text) throws IOException {
    Origin origin = new Origin("tls.certificate", "the text");
    String certificates = PRIVATE_KEY.matcher(text.value()).replaceAll("");
    return of(certificates, origin, text.value(), origin);
  }

  private static PemIdentity of(String certificates, Origin certificate, String key, Origin ofKey)
      throws IOException {
    X509Certificate[] chain = certificates(certificates, certificate);
    PrivateKey read = privateKey(key, chain[0].getPublicKey().getAlgorithm(), ofKey);
    if (!KeyPairs.belong(read, chain[0].getPublicKey())) {
      throw ofKey.fault(
          "the key in "
              + ofKey.place()
              + " does not belong to the first certificate in "
              + certificate.place());
    }
    return new PemIdentity(read, chain);
  }

  private static String text(Path file, Origin origin) throws IOException {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new IOException(origin.setting() + ": there is no file " + file, e);
    }
  }

  /** The certificates of a text, the first of which is the node's own. */
  private static X509Certificate[] certificates(String text, Origin origin) throws IOException {
    try {
      X509Certificate[] chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)))
              .stream()
              .map(X509Certificate.class::cast)
              .toArray(X509Certificate[]::new);
      if (chain.length == 0) {
        throw origin.fault("there is no certificate in " + origin.place());
      }
      return chain;
    } catch (CertificateException e) {
      throw origin.fault(origin.place() + " is not a certificate in PEM: " + e.getMessage());
    }
  }

  private static PrivateKey privateKey(String text, String algorithm, Origin origin)
      throws IOException {
    Matcher pem = PRIVATE_KEY.matcher(text);
    if (!pem.find()) {
      throw origin.fault("there is no private key in PEM in " + origin.place());
    }
    if (!pem.group(1).isEmpty()) {
      throw origin.fault(
          "the key in "
              + origin.place()
              + " begins with \"BEGIN "
              + pem.group(1)
              + "PRIVATE KEY\", expected \"BEGIN PRIVATE KEY\" (PKCS #8, not encrypted);"
              + " `openssl pkcs8 -topk8 -nocrypt` writes it so");
    }
    try {
      return KeyFactory.getInstance(algorithm)
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(2))));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // Without the cause: parsers like to quote what they stumbled over.
      throw origin.fault(
          "the key in "
              + origin.place()
              + " is not the PKCS #8 form of a key of the certificate's algorithm, "
              + algorithm);
    }
  }

  @Override
  public String toString() {
    return "PemIdentity[" + chain[0].getSubjectX500Principal() + "]";
  }
}
