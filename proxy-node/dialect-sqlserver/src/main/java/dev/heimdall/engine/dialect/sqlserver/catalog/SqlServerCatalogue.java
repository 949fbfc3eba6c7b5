package dev.heimdall.engine.dialect.sqlserver.catalog;

import dev.heimdall.engine.catalog.BuiltInObjects;
import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.catalog.ReadingTerms;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/** Contents of one database of a server. */
public final class SqlServerCatalogue implements CatalogueProtocol {
  /** There is none of that name, it cannot be opened, or it is offline or being restored. */
  private static final Set<Integer> NO_DATABASE = Set.of(911, 4060);

  @Override
  public BuiltInObjects own() {
    return SqlServerObjects.INSTANCE;
  }

  @Override
  public Reading read(Connection connection, ReadingTerms terms, Mark last, Progress progress)
      throws SQLException {
    return new SystemReader(connection, terms).read((SystemReader.Digest) last, progress);
  }

  @Override
  public boolean isGone(SQLException failure) {
    return NO_DATABASE.contains(failure.getErrorCode());
  }
}
