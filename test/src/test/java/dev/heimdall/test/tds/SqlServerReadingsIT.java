package dev.heimdall.test.tds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.catalog.ReadingTerms;
import dev.heimdall.engine.catalog.SharedBuiltIns;
import dev.heimdall.engine.dialect.sqlserver.catalog.SqlServerCatalogue;
import dev.heimdall.test.fixture.AlsoOnBabelfish;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Readings of a catalogue while others change definitions. */
@AlsoOnBabelfish
class SqlServerReadingsIT {
  private static final SqlServerCatalogue CATALOGUE = new SqlServerCatalogue();
  private static final ReadingTerms TERMS =
      new ReadingTerms(
          Map.of(), new SharedBuiltIns(CATALOGUE.own()), Duration.ofSeconds(1), Long.MAX_VALUE);

  /** Another session, which makes a view ahead of what is read, and drops it behind that. */
  private static final class Other implements CatalogueProtocol.Progress {
    private final Connection session;

    Other(Connection session) {
      this.session = session;
    }

    private void run(String sql) {
      try {
        TdsSessionTest.all(session, sql);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void changed() {
      run("create view passing as select v from t");
    }

    @Override
    public void beginning(boolean replica, String defaults) {}

    @Override
    public boolean overtaken() {
      run("drop view passing");
      return true;
    }
  }

  @Test
  void definitionsThatWereReadBetweenTwoChangesAreReadAgain() throws SQLException {
    try (TdsTarget server = TdsTarget.start("app");
        Connection session = server.jdbc(";databaseName=app;encrypt=false");
        Connection reader = server.jdbc(";databaseName=app;encrypt=false")) {
      TdsSessionTest.all(session, "create table t (v int)");
      reader.setAutoCommit(false);
      CatalogueProtocol.Reading between = CATALOGUE.read(reader, TERMS, null, new Other(session));

      assertThat(CATALOGUE.read(reader, TERMS, between.mark(), new Undisturbed()).objects())
          .as("what is there now looks as what was there when the reading began")
          .isNotNull();
    }
  }

  @Test
  void definitionsThatStayAreReadOnce() throws SQLException {
    try (TdsTarget server = TdsTarget.start("app");
        Connection reader = server.jdbc(";databaseName=app;encrypt=false")) {
      reader.setAutoCommit(false);
      CatalogueProtocol.Reading first = CATALOGUE.read(reader, TERMS, null, new Undisturbed());

      assertThat(CATALOGUE.read(reader, TERMS, first.mark(), new Undisturbed()).objects()).isNull();
    }
  }

  private static final class Undisturbed implements CatalogueProtocol.Progress {
    @Override
    public void changed() {}

    @Override
    public void beginning(boolean replica, String defaults) {}

    @Override
    public boolean overtaken() {
      return false;
    }
  }
}
