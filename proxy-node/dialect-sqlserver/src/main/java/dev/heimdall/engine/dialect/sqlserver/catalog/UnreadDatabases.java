package dev.heimdall.engine.dialect.sqlserver.catalog;

import dev.heimdall.engine.catalog.BuiltInObjects;
import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.catalog.ReadingTerms;
import java.sql.Connection;
import java.sql.SQLException;

/** Nothing is known of databases. */
public final class UnreadDatabases implements CatalogueProtocol {
  @Override
  public BuiltInObjects own() {
    return BuiltInObjects.NONE;
  }

  @Override
  public Reading read(Connection connection, ReadingTerms terms, Mark last, Progress progress)
      throws SQLException {
    throw new SQLException("databases of SQL Server are not read yet");
  }

  @Override
  public boolean isGone(SQLException failure) {
    return false;
  }
}
