package dev.heimdall.engine.dialect.mysql.catalog;

import com.mysql.cj.jdbc.JdbcConnection;
import dev.heimdall.engine.catalog.WeighedRows;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Check whether the target of a server's connections supports commands that are sent ahead of
 * answers.
 */
final class SentAhead {
  /** Only Aurora has it, which does not bear them. */
  private static final String AURORA = "SHOW GLOBAL VARIABLES LIKE 'aurora\\_version'";

  /** Not the plain call, which proxies answer themselves. */
  private static final String NUMBER = "SELECT CONNECTION_ID() + 0";

  /** Of the number that a greeting has. */
  private static final long GREETED = 0xFFFFFFFFL;

  private SentAhead() {}

  static boolean isBorne(Connection connection, WeighedRows rows) throws SQLException {
    List<String> aurora = new ArrayList<>();
    rows.each(AURORA, row -> aurora.add(row.getString(1)));
    return aurora.isEmpty() && isOfServer(connection, rows);
  }

  /**
   * True if the server itself has greeted: a proxy that carries out one command at a time has
   * connections, and numbers of them, of its own.
   */
  private static boolean isOfServer(Connection connection, WeighedRows rows) throws SQLException {
    long greeted = connection.unwrap(JdbcConnection.class).getId() & GREETED;
    List<Long> own = new ArrayList<>();
    rows.each(NUMBER, row -> own.add(row.getLong(1) & GREETED));
    return own.contains(greeted);
  }
}
