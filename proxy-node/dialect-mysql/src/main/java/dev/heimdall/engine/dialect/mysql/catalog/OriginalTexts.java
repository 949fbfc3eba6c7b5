package dev.heimdall.engine.dialect.mysql.catalog;

import dev.heimdall.engine.catalog.WeighedRows;
import dev.heimdall.engine.dialect.mysql.sql.MysqlLiteral;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The texts by which a server keeps its routines and triggers, as {@code SHOW CREATE} has them: in
 * {@code information_schema} literals have lost their escapes, and characters their bytes. Each is
 * a question of its own, and so those are not asked for again that have not changed since the last
 * reading. Used once.
 */
final class OriginalTexts {
  /** Questions of one reading. */
  static final int MOST = 10_000;

  /** Bytes of a text that is read. */
  static final int LONGEST = 1 << 20;

  /** Bytes of the texts together that are kept for the next reading. */
  private static final int KEPT = 8 << 20;

  private static final String HIDDEN =
      "has a body that the catalogue's user may not see: it needs ";

  private static final String OF_ROUTINES =
      "SHOW_ROUTINE (MySQL) or SELECT on mysql.proc (MariaDB)";

  /** The columns of the answer; the first is the name. */
  private static final int MODES = 2;

  private static final int TEXT = 3;
  private static final int CHARSET = 4;

  /** There is none, or none that the user may see. */
  private static final Set<Integer> NONE = Set.of(1044, 1142, 1227, 1305, 1360, 1370);

  /**
   * Failures that have nothing to do with the object: lock waits, timeouts, ends of connections.
   */
  private static final Set<Integer> PASSING = Set.of(1053, 1205, 1213, 1317, 1927, 1969, 3024);

  /** By what a definition is known again: all that {@code information_schema} has of it. */
  record Key(long first, long second) {}

  /**
   * Texts of the last reading.
   *
   * @param bytes of all of them
   */
  record Known(Map<Key, OriginalText> texts, long bytes) {
    static final Known NOTHING = new Known(Map.of(), 0);
  }

  /**
   * Result of the lookup.
   *
   * @param text null where there is none
   * @param because why there is none, as the end of a sentence that begins with the routine
   */
  record Found(OriginalText text, String because) {}

  private final Connection connection;
  private final WeighedRows rows;
  private final Map<Key, OriginalText> known;
  private final Map<Key, OriginalText> kept = new HashMap<>();
  private long keptBytes;
  private int asked;
  private int unread;
  private String firstUnread = "";

  OriginalTexts(Connection connection, WeighedRows rows, Known last) {
    this.connection = connection;
    this.rows = rows;
    known = last.texts();
  }

  /** Texts that the next reading need not query. */
  Known known() {
    return new Known(Map.copyOf(kept), keptBytes);
  }

  /** Summary of texts that could not be read, as the end of a sentence; empty if there are none. */
  String unread() {
    return unread == 0 ? "" : unread + " bodies of routines or triggers: " + firstUnread;
  }

  /**
   * The key of the current row.
   *
   * @param columns how many of them count, from the first
   */
  static Key key(ResultSet row, int columns) throws SQLException {
    MessageDigest sha = sha();
    for (int i = 1; i <= columns; i++) {
      byte[] value = row.getBytes(i);
      sha.update(ByteBuffer.allocate(4).putInt(0, value == null ? -1 : value.length));
      if (value != null) {
        sha.update(value);
      }
    }
    ByteBuffer digest = ByteBuffer.wrap(sha.digest());
    return new Key(digest.getLong(), digest.getLong());
  }

  /**
   * Asks for a text.
   *
   * @param type {@code PROCEDURE}, {@code FUNCTION} or {@code TRIGGER}
   * @param settled whether it was last altered so long ago that another definition since would have
   *     another key
   * @param length of the body, at least, in bytes; negative for one that is not shown
   */
  Found text(String type, String schema, String name, Key key, boolean settled, long length)
      throws SQLException {
    Found found = found(type, schema, name, key, settled, length);
    if (found.text() == null && unread++ == 0) {
      firstUnread = schema + '.' + name + ' ' + found.because();
    }
    return found;
  }

  private Found found(
      String type, String schema, String name, Key key, boolean settled, long length)
      throws SQLException {
    if (length < 0) {
      return hidden(type);
    }
    if (length > LONGEST) {
      return tooLong();
    }
    OriginalText same = known.get(key);
    Found found = same == null ? ask(type, schema, name) : new Found(same, null);
    if (found.text() != null) {
      int bytes = found.text().bytes().length;
      rows.weighs(bytes);
      if ((settled || same != null) && keptBytes + bytes <= KEPT) {
        keptBytes += kept.put(key, found.text()) == null ? bytes : 0;
      }
    }
    return found;
  }

  private Found ask(String type, String schema, String name) throws SQLException {
    if (asked == MOST) {
      return new Found(null, "is one of more than " + MOST + " whose bodies were to be read anew");
    }
    asked++;
    String question =
        "SHOW CREATE "
            + type
            + ' '
            + MysqlLiteral.name(schema)
            + '.'
            + MysqlLiteral.name(name); // a text of few bytes
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(question)) {
      byte[] bytes = row.next() ? row.getBytes(TEXT) : null;
      String modes = bytes == null ? null : row.getString(MODES);
      String charset = bytes == null ? null : row.getString(CHARSET);
      if (modes == null || charset == null) {
        return hidden(type);
      }
      return bytes.length > LONGEST
          ? tooLong()
          : new Found(new OriginalText(bytes, modes, charset), null);
    } catch (SQLException e) {
      if (isPassing(e)) {
        throw e;
      }
      return NONE.contains(e.getErrorCode())
          ? hidden(type)
          : new Found(null, "has a body that the server does not show: error " + e.getErrorCode());
    }
  }

  private static Found hidden(String type) {
    return new Found(null, HIDDEN + (type.equals("TRIGGER") ? type : OF_ROUTINES));
  }

  private static Found tooLong() {
    return new Found(null, "has a body of more than " + LONGEST + " bytes");
  }

  private static boolean isPassing(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return e instanceof SQLTransientException
        || e instanceof SQLTimeoutException
        || state.startsWith("08")
        || state.startsWith("40")
        || PASSING.contains(e.getErrorCode());
  }

  private static MessageDigest sha() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JVM has it
    }
  }
}
