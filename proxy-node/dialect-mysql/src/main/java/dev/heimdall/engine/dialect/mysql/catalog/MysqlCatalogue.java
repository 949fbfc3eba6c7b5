package dev.heimdall.engine.dialect.mysql.catalog;

import dev.heimdall.engine.catalog.BuiltInObjects;
import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.catalog.ReadingTerms;
import java.sql.Connection;
import java.sql.SQLException;

/** Contents of a MySQL or MariaDB server, in all its databases. */
public final class MysqlCatalogue implements CatalogueProtocol {
  private static final int NO_DATABASE = 1049;

  @Override
  public BuiltInObjects own() {
    return MysqlObjects.INSTANCE;
  }

  /** Statements name tables of any database, and what they change may be read from any. */
  @Override
  public String readAs(String database) {
    return "";
  }

  @Override
  public Reading read(Connection connection, ReadingTerms terms, Mark last, Progress progress)
      throws SQLException {
    return new InformationReader(connection, terms).read((InformationReader.Digest) last, progress);
  }

  @Override
  public boolean isGone(SQLException failure) {
    return failure.getErrorCode() == NO_DATABASE;
  }
}
