package dev.heimdall.engine.dialect.postgres.foreign;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.foreign.ForeignProtocol;
import dev.heimdall.engine.sql.SqlDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** PostgreSQL, as statements of other engines' clients are forwarded to it. */
public final class PostgresForeign implements ForeignProtocol {
  /** Few rows at first; how many more at a time the driver finds out by how long they are. */
  private static final int FETCH_SIZE = 10;

  @Override
  public SqlDialect reading() {
    return PostgresSql.DIALECT;
  }

  @Override
  public boolean changesDatabase() {
    return false;
  }

  /** It leaves rows with the server in transactions only. */
  @Override
  public void begin(Connection connection, String database, boolean mayStream) throws SQLException {
    if (mayStream) {
      connection.setAutoCommit(false);
    }
  }

  @Override
  public boolean clean(Connection connection) {
    try (Statement statement = connection.createStatement()) {
      if (!connection.getAutoCommit()) {
        connection.rollback();
        connection.setAutoCommit(true);
      }
      statement.execute("DISCARD ALL");
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  @Override
  public int fetchSize() {
    return FETCH_SIZE;
  }

  @Override
  public Map<Integer, String> states() {
    return Map.of();
  }
}
