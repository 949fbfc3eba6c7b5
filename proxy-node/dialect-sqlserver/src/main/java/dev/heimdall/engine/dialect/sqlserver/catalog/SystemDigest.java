package dev.heimdall.engine.dialect.sqlserver.catalog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;

/** Sums of rows in whatever order, by which a change of definitions or rights is noticed. */
final class SystemDigest {
  private final Map<SystemView, long[]> sums = new EnumMap<>(SystemView.class);
  private final MessageDigest sha = sha();

  /** Adds a row. */
  void add(SystemView view, ResultSet row) throws SQLException {
    int columns = row.getMetaData().getColumnCount();
    for (int i = 1; i <= columns; i++) {
      String value = row.getString(i);
      byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
      sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes == null ? -1 : bytes.length));
      if (bytes != null) {
        sha.update(bytes);
      }
    }
    long[] sum = sums.computeIfAbsent(view, v -> new long[2]);
    sum[0]++;
    sum[1] += ByteBuffer.wrap(sha.digest()).getLong();
  }

  /** All of it; equal as long as nothing has changed. */
  String all() {
    return text(true);
  }

  /** The part that sessions begin with, or may do. */
  String beginning() {
    return text(false);
  }

  private String text(boolean all) {
    StringBuilder text = new StringBuilder();
    sums.forEach(
        (view, sum) -> {
          if (all || view.use() == SystemView.Use.BEGINNING) {
            text.append(view.ordinal()).append(':').append(sum[0]).append(':').append(sum[1]);
            text.append(' ');
          }
        });
    return text.toString();
  }

  private static MessageDigest sha() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JVM has it
    }
  }
}
