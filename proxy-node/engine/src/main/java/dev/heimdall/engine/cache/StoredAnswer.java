package dev.heimdall.engine.cache;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What a server has answered to a statement, in its protocol's bytes, without what belongs to one
 * request alone. The arrays are not to be changed.
 *
 * @param columns how the answer describes its columns; null where it was not asked to
 * @param rows its rows, and their end
 */
public record StoredAnswer(byte[] columns, byte[] rows) {
  /** How many bytes of the wire it is. */
  int size() {
    return (columns == null ? 0 : columns.length) + rows.length;
  }

  /** Whether no client can tell it from another one, as far as both describe their columns. */
  public boolean saysTheSame(StoredAnswer other) {
    return Arrays.equals(rows, other.rows)
        && (columns == null || other.columns == null || Arrays.equals(columns, other.columns));
  }

  /** Its SHA-256: who has two can tell whether they are the same, and no more. */
  public String digest() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      if (columns != null) {
        digest.update(columns);
      }
      digest.update(rows);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  /** What it is about is nobody's business. */
  @Override
  public String toString() {
    return "StoredAnswer[" + size() + " bytes]";
  }
}
