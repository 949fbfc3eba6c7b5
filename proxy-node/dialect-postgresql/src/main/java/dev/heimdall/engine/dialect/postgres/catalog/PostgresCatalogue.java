package dev.heimdall.engine.dialect.postgres.catalog;

import dev.heimdall.engine.catalog.BuiltInObjects;
import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.catalog.ReadingTerms;
import java.sql.Connection;
import java.sql.SQLException;

/** The system tables of PostgreSQL's databases. */
public final class PostgresCatalogue implements CatalogueProtocol {
  private static final String NO_DATABASE = "3D000";

  @Override
  public BuiltInObjects own() {
    return PostgresObjects.INSTANCE;
  }

  @Override
  public Reading read(Connection connection, ReadingTerms terms, Mark last, Progress progress)
      throws SQLException {
    return new CatalogueReader(connection, terms).read((CatalogueReader.Mark) last, progress);
  }

  @Override
  public boolean isGone(SQLException failure) {
    return NO_DATABASE.equals(failure.getSQLState());
  }
}
