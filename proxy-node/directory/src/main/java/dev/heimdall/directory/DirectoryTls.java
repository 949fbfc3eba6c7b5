package dev.heimdall.directory;

import dev.heimdall.model.tls.Authorities;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;

/** Trust settings for connections to a directory. */
final class DirectoryTls {
  private DirectoryTls() {}

  /**
   * @param authorities PEM; empty for those of the Java runtime
   * @throws IOException when the file cannot be read or holds none; the message names it
   */
  static SSLSocketFactory sockets(Optional<Path> authorities) throws IOException {
    try {
      KeyStore trusted = authorities.isPresent() ? store(authorities.get()) : null;
      return new IdentifyingSockets(Authorities.trusted(trusted).getSocketFactory());
    } catch (GeneralSecurityException e) {
      throw new IOException("ldap.caFile: " + e.getMessage(), e);
    }
  }

  private static KeyStore store(Path file) throws IOException, GeneralSecurityException {
    if (!Files.isReadable(file)) {
      throw new IOException("ldap.caFile: " + file + " is not there, or cannot be read");
    }
    KeyStore store;
    try {
      store = Authorities.in(file);
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "ldap.caFile: " + file + " does not hold certificates (PEM): " + e.getMessage(), e);
    }
    if (store.size() == 0) {
      throw new IOException("ldap.caFile: " + file + " holds no certificate");
    }
    return store;
  }
}
