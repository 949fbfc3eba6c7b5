package dev.heimdall.directory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Whom connections to a directory trust. */
final class DirectoryTls {
  private DirectoryTls() {}

  /**
   * @param authorities PEM; empty for those of the Java runtime
   * @throws IOException when the file cannot be read or holds none; the message names it
   */
  static SSLSocketFactory sockets(Optional<Path> authorities) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(authorities.isPresent() ? store(authorities.get()) : null);
      context.init(null, trust.getTrustManagers(), null);
      return new IdentifyingSockets(context.getSocketFactory());
    } catch (GeneralSecurityException e) {
      throw new IOException("ldap.caFile: " + e.getMessage(), e);
    }
  }

  private static KeyStore store(Path file) throws IOException, GeneralSecurityException {
    if (!Files.isReadable(file)) {
      throw new IOException("ldap.caFile: " + file + " is not there, or cannot be read");
    }
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int number = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("authority-" + number++, one);
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "ldap.caFile: " + file + " does not hold certificates (PEM): " + e.getMessage(), e);
    }
    if (number == 0) {
      throw new IOException("ldap.caFile: " + file + " holds no certificate");
    }
    return store;
  }
}
