package dev.heimdall.engine.foreign;

import dev.heimdall.engine.sql.SqlDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/**
 * Differences between engines' servers in the forwarding of statements, where JDBC exposes them.
 */
public interface ForeignProtocol {
  /** Dialect for reading texts. */
  SqlDialect reading();

  /** True if a connection can be brought from one database to another. */
  default boolean changesDatabase() {
    return true;
  }

  /**
   * Makes a connection ready for a statement: brings it to the database, and no more.
   *
   * @param mayStream whether its rows may be left with the server
   */
  default void begin(Connection connection, String database, boolean mayStream)
      throws SQLException {
    if (!database.equals(connection.getCatalog())) {
      connection.setCatalog(database);
    }
  }

  /**
   * Frees a connection of what routines and triggers may have left on it, where that can be done;
   * says whether others may have it.
   */
  boolean clean(Connection connection);

  /** The fetch size with which results are not gathered in memory. */
  int fetchSize();

  /** SQLSTATEs for error numbers, for servers whose own say less. */
  Map<Integer, String> states();
}
