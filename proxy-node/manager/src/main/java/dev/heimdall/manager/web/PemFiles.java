package dev.heimdall.manager.web;

import dev.heimdall.model.tls.KeyPairs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Certificate and key of the manager for TLS.
 *
 * @param certificate a PEM file, its own certificate first, then those that vouch for it
 * @param key a PEM file with its key, PKCS #8 and not encrypted
 */
public record PemFiles(Path certificate, Path key) {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  /** They cannot be used; the message says which and why. */
  public static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message);
    }
  }

  /** Reads both. */
  public SSLContext context() throws Unusable {
    Certificate[] chain = chain();
    PrivateKey own = privateKey(chain[0].getPublicKey());
    if (!KeyPairs.belong(own, chain[0].getPublicKey())) {
      throw new Unusable(
          "managerKey %s is not the key of the first certificate in managerCertificate %s."
              .formatted(key, certificate));
    }
    try {
      char[] password = new char[0];
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("manager", own, password, chain);
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, password);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new Unusable(
          "managerCertificate %s and managerKey %s cannot be used together: %s."
              .formatted(certificate, key, e.getMessage()));
    }
  }

  /** Of what is in both now; empty: one of them cannot be read. */
  Optional<byte[]> digest() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(digest.digest(read(certificate)));
      return Optional.of(digest.digest(read(key)));
    } catch (Unusable e) {
      return Optional.empty();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private Certificate[] chain() throws Unusable {
    try {
      Collection<? extends Certificate> all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(read(certificate)));
      if (!all.isEmpty()) {
        return all.toArray(Certificate[]::new);
      }
    } catch (GeneralSecurityException e) {
      // As with none at all.
    }
    throw new Unusable("managerCertificate %s holds no PEM certificate.".formatted(certificate));
  }

  private PrivateKey privateKey(PublicKey ofCertificate) throws Unusable {
    Matcher pem = KEY.matcher(new String(read(key), StandardCharsets.ISO_8859_1));
    if (!pem.find()) {
      throw new Unusable(
          "managerKey %s holds no PEM key in PKCS #8 without a password (BEGIN PRIVATE KEY): `openssl pkcs8 -topk8 -nocrypt` makes one."
              .formatted(key));
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
      return KeyFactory.getInstance(ofCertificate.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new Unusable(
          "managerKey %s is no %s key, as managerCertificate %s has it."
              .formatted(key, ofCertificate.getAlgorithm(), certificate));
    }
  }

  private static byte[] read(Path file) throws Unusable {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new Unusable(
          "%s cannot be read: %s: %s."
              .formatted(file, e.getClass().getSimpleName(), e.getMessage()));
    }
  }
}
