package dev.heimdall.engine.cache;

import dev.heimdall.engine.sql.RowKeys;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/**
 * Answer of a server to a statement, in its protocol's bytes, without the parts that belong to one
 * request alone. The arrays are not to be changed.
 *
 * @param columns how the answer describes its columns; null where it was not asked to
 * @param rows its rows, and their end
 * @param by rows that it rests on, by the table; all of a table that is not there
 */
public record StoredAnswer(byte[] columns, byte[] rows, Map<String, RowKeys> by) {
  public StoredAnswer(byte[] columns, byte[] rows) {
    this(columns, rows, Map.of());
  }

  StoredAnswer by(Map<String, RowKeys> keys) {
    return keys == by ? this : new StoredAnswer(columns, rows, keys);
  }

  /** Size in bytes on the wire. */
  int size() {
    return (columns == null ? 0 : columns.length) + rows.length;
  }

  /** True if no client can tell it from another one, as far as both describe their columns. */
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

  /** Keeps the content of the answer private. */
  @Override
  public String toString() {
    return "StoredAnswer[" + size() + " bytes]";
  }
}
