package dev.heimdall.test.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.catalog.CatalogueMemory;
import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.dialect.mysql.catalog.MysqlCatalogue;
import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.CatalogSettings;
import dev.heimdall.model.ChangeSettings;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.Secret;
import dev.heimdall.model.SourceCredentials;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** What statements touch by what MySQL and MariaDB say of their definitions. */
@Tag("ci")
class MysqlCatalogueIT {
  private static final String READER = "reader";

  static DataSource source(MysqlServer server, String user, String password) {
    return new DataSource(
        "primary",
        Engine.MYSQL,
        "jdbc:mysql://%s:%d".formatted(server.host(), server.port()),
        Optional.of(user),
        Optional.of(new Secret(password)),
        SourceCredentials.none(),
        BackendTls.defaults(),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        Map.of(),
        new CatalogSettings(true, Optional.empty(), Optional.empty(), Duration.ofHours(1)),
        Optional.empty(),
        ClusterSettings.defaults(),
        ChangeSettings.defaults());
  }

  private static Catalogues catalogues(DataSource source) {
    return new Catalogues(
        source,
        new SourceLogins().ofCatalogue(source),
        new MysqlCatalogue(),
        new CatalogueMemory(new MemoryBudget(64L << 20, 1).ofNode(BudgetedCache.CATALOGUES)));
  }

  static Statement asked(Catalogues catalogues, String database, String sql) {
    return asked(catalogues, database, null, sql);
  }

  /**
   * @param path the databases that the session has moved to; null for none
   */
  private static Statement asked(
      Catalogues catalogues, String database, List<String> path, String sql) {
    Catalogue catalogue = catalogues.current(database);
    return catalogue.resolve(
        MysqlSql.DIALECT.parse(sql, MysqlSql.USUAL_MODE), new NameScope(database, "app", path));
  }

  static Catalogues read(DataSource source) {
    Catalogues catalogues = catalogues(source);
    Await.until("the catalogue was read", () -> catalogues.current("shop").fresh());
    return catalogues;
  }

  @MariadbAndMysql
  void statementsTouchWhatDefinitionsSay(MysqlRelease release) {
    try (MysqlCluster cluster = release.cluster().start()) {
      MysqlServer server = cluster.primary();
      server.execute("CREATE DATABASE shop", "CREATE DATABASE audit", "CREATE DATABASE other");
      server.executeIn(
          "shop",
          "CREATE TABLE customer (id int PRIMARY KEY, name varchar(40)) ENGINE=InnoDB",
          "CREATE TABLE item (id int PRIMARY KEY, customer int,"
              + " FOREIGN KEY (customer) REFERENCES customer (id) ON DELETE CASCADE) ENGINE=InnoDB",
          "CREATE TABLE plain (id int)",
          "CREATE TABLE scratch (id int) ENGINE=MEMORY",
          "CREATE TABLE audit.log (t varchar(40))",
          "CREATE TABLE other.plain (id int)",
          "CREATE VIEW busy AS SELECT c.name, count(*) AS n FROM customer c JOIN item i"
              + " ON i.customer = c.id GROUP BY c.name",
          "CREATE VIEW other.across AS SELECT name FROM shop.customer WHERE id > 0",
          "CREATE VIEW at_moment AS SELECT id, now() AS at FROM plain",
          "CREATE TRIGGER logs AFTER INSERT ON item FOR EACH ROW"
              + " INSERT INTO audit.log (t) VALUES (concat('item ', NEW.id))",
          "CREATE FUNCTION named(i int) RETURNS varchar(40) READS SQL DATA"
              + " BEGIN DECLARE n varchar(40); SET n = ''; SELECT name INTO n FROM customer"
              + " WHERE id = i; RETURN n; END",
          "CREATE FUNCTION twice(i int) RETURNS int DETERMINISTIC RETURN i * 2",
          "CREATE FUNCTION counted(i int) RETURNS int READS SQL DATA"
              + " BEGIN UPDATE plain SET id = id + i; RETURN i; END",
          "CREATE FUNCTION fill(i int) RETURNS int DETERMINISTIC"
              + " BEGIN INSERT INTO item VALUES (i, twice(i)); RETURN counted(1); END",
          "CREATE FUNCTION peek() RETURNS int DETERMINISTIC BEGIN SET @seen = 1; RETURN 1; END",
          "CREATE PROCEDURE any_of(t text) BEGIN SET @s = t; PREPARE s FROM @s; EXECUTE s; END");
      try (Catalogues catalogues = read(source(server, cluster.superuser(), cluster.password()))) {
        tables(catalogues);
        views(catalogues);
        writes(catalogues);
        functions(catalogues);
      }
    }
  }

  private static void tables(Catalogues catalogues) {
    assertThat(asked(catalogues, "shop", "SELECT * FROM plain").tablesRead())
        .containsExactly("shop.plain");
    assertThat(asked(catalogues, "shop", "SELECT * FROM other.plain").tablesRead())
        .containsExactly("other.plain");
    assertThat(asked(catalogues, "other", "SELECT * FROM plain").tablesRead())
        .as("the same name, whatever the session began with")
        .containsExactly("other.plain");
    Statement moved = asked(catalogues, "shop", List.of("other"), "SELECT * FROM plain");
    assertThat(moved.tablesRead()).containsExactly("other.plain");
    assertThat(moved.kind()).isEqualTo(StatementClass.READ);
    assertThat(asked(catalogues, "shop", "SELECT * FROM missing").kind())
        .as("it may be a temporary one")
        .isEqualTo(StatementClass.WRITE);
    assertThat(asked(catalogues, "shop", "SELECT * FROM scratch").basis())
        .as("a replica may have lost its rows")
        .isEqualTo(Basis.ANYTHING);
    assertThat(asked(catalogues, "shop", "SELECT * FROM information_schema.tables").basis())
        .isEqualTo(Basis.SERVER);
  }

  private static void views(Catalogues catalogues) {
    Statement busy = asked(catalogues, "shop", "SELECT * FROM busy");
    assertThat(busy.tablesRead()).containsExactly("shop.busy", "shop.customer", "shop.item");
    assertThat(busy.kind()).isEqualTo(StatementClass.READ);
    assertThat(busy.writesAnything()).isFalse();
    assertThat(asked(catalogues, "shop", "SELECT * FROM other.across").tablesRead())
        .containsExactly("other.across", "shop.customer");
    assertThat(asked(catalogues, "shop", "SELECT * FROM at_moment").basis())
        .isEqualTo(Basis.MOMENT);
  }

  private static void writes(Catalogues catalogues) {
    Statement insert = asked(catalogues, "shop", "INSERT INTO item VALUES (1, 1)");
    assertThat(insert.tablesWritten()).containsExactly("audit.log", "shop.item");
    assertThat(insert.writesAnything()).isFalse();
    Statement delete = asked(catalogues, "shop", "DELETE FROM customer WHERE id = 1");
    assertThat(delete.tablesWritten()).containsExactly("shop.customer", "shop.item");
    assertThat(delete.writesAnything()).isFalse();
    assertThat(asked(catalogues, "shop", "CALL any_of('x')").writesAnything()).isTrue();
  }

  private static void functions(Catalogues catalogues) {
    Statement named = asked(catalogues, "shop", "SELECT named(1)");
    assertThat(named.kind()).isEqualTo(StatementClass.READ);
    assertThat(named.tablesRead()).containsExactly("shop.customer");
    assertThat(asked(catalogues, "shop", "SELECT twice(1), abs(-1), upper('x')").kind())
        .isEqualTo(StatementClass.READ);
    Statement counted = asked(catalogues, "shop", "SELECT counted(1)");
    assertThat(counted.kind())
        .as("what it is declared to be binds nobody")
        .isNotEqualTo(StatementClass.READ);
    assertThat(counted.tablesWritten()).containsExactly("shop.plain");
    Statement fill = asked(catalogues, "shop", "SELECT fill(1)");
    assertThat(fill.tablesWritten()).containsExactly("audit.log", "shop.item", "shop.plain");
    assertThat(fill.writesAnything()).isFalse();
    assertThat(fill.changesSession()).isNull();
    assertThat(asked(catalogues, "shop", "SELECT peek()").changesSession()).isNotNull();
    assertThat(asked(catalogues, "shop", "SELECT brought_by_a_library(1)").writesAnything())
        .isTrue();
    assertThat(asked(catalogues, "shop", "SELECT get_lock('a', 1)").kind())
        .isNotEqualTo(StatementClass.READ);
    assertThat(asked(catalogues, "shop", "SELECT now()").basis()).isEqualTo(Basis.MOMENT);
  }

  @MariadbAndMysql
  void changesAreFoundInAllDatabasesWhoeverMakesThem(MysqlRelease release) {
    try (MysqlCluster cluster = release.cluster().start()) {
      MysqlServer server = cluster.primary();
      server.execute("CREATE DATABASE shop", "CREATE TABLE shop.t (i int)");
      server.execute(
          "CREATE USER " + READER + "@'%' IDENTIFIED BY 'secret'",
          "GRANT SELECT, SHOW VIEW, TRIGGER ON *.* TO " + READER);
      try (Catalogues catalogues = read(source(server, READER, "secret"))) {
        long before = catalogues.current("shop").version();
        assertThat(asked(catalogues, "shop", "INSERT INTO t VALUES (1)").writesAnything())
            .isFalse();
        assertThat(catalogues.current("other")).isSameAs(catalogues.current("shop"));
        catalogues.suspected("other");
        Await.until("nothing has changed", () -> catalogues.current("shop").confirmed());
        assertThat(catalogues.current("shop").version()).isEqualTo(before);

        String[] changes = {
          "CREATE VIEW shop.v AS SELECT i FROM shop.t",
          "CREATE OR REPLACE VIEW shop.v AS SELECT i + 1 FROM shop.t",
          "CREATE TRIGGER shop.g BEFORE UPDATE ON shop.t FOR EACH ROW SET NEW.i = 1",
          "CREATE PROCEDURE shop.p() SELECT 1",
          "DROP PROCEDURE shop.p",
          "DROP TRIGGER shop.g"
        };
        for (String change : changes) {
          long version = catalogues.current("shop").version();
          server.execute(change);
          catalogues.suspected("other");
          Await.until(change + " is noticed", () -> catalogues.current("shop").version() > version);
        }
        // Its user may see tables, and nothing of their triggers.
        server.execute("REVOKE TRIGGER ON *.* FROM " + READER);
      }
      try (Catalogues catalogues = read(source(server, READER, "secret"))) {
        assertThat(asked(catalogues, "shop", "INSERT INTO t VALUES (1)").writesAnything()).isTrue();
        assertThat(asked(catalogues, "shop", "SELECT * FROM t").writesAnything()).isFalse();
      }
    }
  }
}
