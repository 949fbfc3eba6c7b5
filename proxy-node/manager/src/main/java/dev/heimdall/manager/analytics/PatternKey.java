package dev.heimdall.manager.analytics;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A kind of statements.
 *
 * @param vdb the virtual database
 * @param text without values; empty for all that the virtual database has
 */
record PatternKey(String vdb, String text) {
  private static final int ID_BYTES = 8;

  static PatternKey all(String vdb) {
    return new PatternKey(vdb, "");
  }

  boolean isAll() {
    return text.isEmpty();
  }

  /** Identifier of the pattern for pages and programs. */
  String id() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((vdb + "\n" + text).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
