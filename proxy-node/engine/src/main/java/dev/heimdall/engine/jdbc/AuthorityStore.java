package dev.heimdall.engine.jdbc;

import dev.heimdall.model.tls.Authorities;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.sql.SQLException;

/**
 * Authorities of {@code tls.caFile} for drivers that read them from a key store only: a file that
 * goes with the process.
 */
public record AuthorityStore(Path file) {
  public static final String TYPE = "PKCS12";

  /** It holds certificates alone, which are public. */
  public static final String PASSWORD = "certificates";

  /**
   * Writes the store.
   *
   * @throws SQLException if the authorities cannot be read
   */
  public static AuthorityStore of(Path authorities) throws SQLException {
    try {
      KeyStore store = Authorities.in(authorities);
      Path file = Files.createTempFile("heimdall-authorities-", ".p12");
      file.toFile().deleteOnExit();
      try (OutputStream out = Files.newOutputStream(file)) {
        store.store(out, PASSWORD.toCharArray());
      }
      return new AuthorityStore(file);
    } catch (IOException | GeneralSecurityException e) {
      throw new SQLException("cannot read tls.caFile: " + e.getMessage(), e);
    }
  }
}
