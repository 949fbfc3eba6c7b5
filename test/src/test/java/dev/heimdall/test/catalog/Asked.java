package dev.heimdall.test.catalog;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.catalog.CatalogueMemory;
import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.dialect.postgres.catalog.PostgresCatalogue;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.CatalogSettings;
import dev.heimdall.model.ChangeSettings;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.Secret;
import dev.heimdall.model.SourceCredentials;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.SharedPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The catalogue of one database of the shared server. */
final class Asked implements AutoCloseable {
  private final String database;
  private final Catalogues catalogues;

  private Asked(String database, Catalogues catalogues) {
    this.database = database;
    this.catalogues = catalogues;
  }

  /** Makes the database anew, runs the statements in it as {@code app}, and reads it. */
  static Asked of(String database, String... statements) throws Exception {
    SharedPostgres.createDatabase(database);
    run(database, statements);
    return of(database, source("app", "app", Duration.ofHours(1), Map.of()));
  }

  static Asked of(String database, DataSource source) {
    Asked asked = new Asked(database, catalogues(source));
    Await.until("the catalogue was read", () -> asked.current().fresh());
    return asked;
  }

  static Catalogues catalogues(DataSource source) {
    return catalogues(source, 64L << 20);
  }

  /**
   * @param budget bytes of memory for all caches
   */
  static Catalogues catalogues(DataSource source, long budget) {
    return catalogues(source, budget, new PostgresCatalogue());
  }

  static Catalogues catalogues(DataSource source, long budget, CatalogueProtocol protocol) {
    return new Catalogues(
        source,
        new SourceLogins().ofCatalogue(source),
        protocol,
        new CatalogueMemory(new MemoryBudget(budget, 1).ofNode(BudgetedCache.CATALOGUES)));
  }

  static DataSource source(
      String user, String password, Duration refresh, Map<String, String> parameters) {
    return source(
        "jdbc:postgresql://%s:%d"
            .formatted(SharedPostgres.primary().host(), SharedPostgres.primary().port()),
        user,
        password,
        refresh,
        parameters);
  }

  static DataSource source(
      String url, String user, String password, Duration refresh, Map<String, String> parameters) {
    return new DataSource(
        "primary",
        Engine.POSTGRESQL,
        url,
        Optional.of(user),
        Optional.of(new Secret(password)),
        SourceCredentials.none(),
        BackendTls.defaults(),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        parameters,
        new CatalogSettings(true, Optional.empty(), Optional.empty(), refresh),
        Optional.empty(),
        ClusterSettings.defaults(),
        ChangeSettings.defaults());
  }

  /** Runs statements as {@code app}, one after the other, each on its own. */
  static void run(String database, String... statements) throws Exception {
    try (java.sql.Connection connection =
            java.sql.DriverManager.getConnection(
                SharedPostgres.primary().jdbcUrl(database), "app", "app");
        java.sql.Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  Catalogues catalogues() {
    return catalogues;
  }

  Catalogue current() {
    return catalogues.current(database);
  }

  /** As the role {@code app} with the server's own search path. */
  Statement resolve(ParsedStatement parsed) {
    return current().resolve(parsed, new NameScope(database, "app", null));
  }

  Statement resolve(ParsedStatement parsed, String user, List<String> path) {
    return current().resolve(parsed, new NameScope(database, user, path));
  }

  /** Changes definitions, says so, and waits until they were read. */
  void change(String... statements) throws Exception {
    run(database, statements);
    catalogues.changed(database);
    Await.until("the change was read", () -> current().fresh());
  }

  @Override
  public void close() {
    catalogues.close();
  }
}
