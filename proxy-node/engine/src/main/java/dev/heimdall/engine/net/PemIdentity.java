package dev.heimdall.engine.net;

import dev.heimdall.model.tls.KeyPairs;
import java.io.IOException;
import java.io.InputStream;
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
      Pattern.compile("-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----([^-]*)-----END");

  /**
   * @throws IOException when a file cannot be read or is not what it should be; the message names
   *     the setting and the file, and holds nothing of the key
   */
  static PemIdentity read(Path certificateFile, Path keyFile) throws IOException {
    X509Certificate[] chain = certificates(certificateFile);
    PrivateKey key = privateKey(keyFile, chain[0].getPublicKey().getAlgorithm());
    if (!KeyPairs.belong(key, chain[0].getPublicKey())) {
      throw new IOException(
          "tls.keyFile: the key in "
              + keyFile
              + " does not belong to the first certificate in "
              + certificateFile);
    }
    return new PemIdentity(key, chain);
  }

  /** The certificates of a file, the first of which is the node's own. */
  static X509Certificate[] certificates(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      X509Certificate[] chain =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toArray(X509Certificate[]::new);
      if (chain.length == 0) {
        throw new IOException("tls.certificateFile: there is no certificate in " + file);
      }
      return chain;
    } catch (CertificateException e) {
      throw new IOException(
          "tls.certificateFile: " + file + " is not a certificate in PEM: " + e.getMessage(), e);
    } catch (NoSuchFileException e) {
      throw new IOException("tls.certificateFile: there is no file " + file, e);
    }
  }

  private static PrivateKey privateKey(Path file, String algorithm) throws IOException {
    Matcher pem;
    try {
      pem = PRIVATE_KEY.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      throw new IOException("tls.keyFile: there is no file " + file, e);
    }
    if (!pem.find()) {
      throw new IOException("tls.keyFile: there is no private key in PEM in " + file);
    }
    if (!pem.group(1).isEmpty()) {
      throw new IOException(
          "tls.keyFile: the key in "
              + file
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
      throw new IOException(
          "tls.keyFile: the key in "
              + file
              + " is not the PKCS #8 form of a key of the certificate's algorithm, "
              + algorithm);
    }
  }

  @Override
  public String toString() {
    return "PemIdentity[" + chain[0].getSubjectX500Principal() + "]";
  }
}
