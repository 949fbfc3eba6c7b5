package dev.heimdall.test.catalog;

import static dev.heimdall.test.catalog.MysqlCatalogueIT.asked;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How bodies are asked for, and what it takes to see them. */
@Tag("long")
class MysqlBodiesIT {
  private static final String READER = "reader_of_bodies";

  private static int asks(MysqlServer server) throws SQLException {
    int asks = 0;
    try (Connection connection = server.connect("mysql");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Com_show_create_%'")) {
      while (row.next()) {
        boolean ofBody = row.getString(1).matches("(?i).*_(func|proc|trigger)");
        asks += ofBody ? row.getInt(2) : 0;
      }
    }
    return asks;
  }

  private static void create(MysqlServer server) {
    server.execute("CREATE DATABASE shop");
    server.executeIn(
        "shop",
        "CREATE TABLE t (i int)",
        "CREATE TABLE log (i int)",
        "CREATE TRIGGER logs AFTER INSERT ON t FOR EACH ROW INSERT INTO log VALUES (NEW.i)",
        "CREATE PROCEDURE fill() INSERT INTO log VALUES (1)",
        "CREATE FUNCTION counted(i int) RETURNS set('a)','b') CHARSET latin1 DETERMINISTIC"
            + " COMMENT 'INSERT INTO ''t'' (' BEGIN INSERT INTO log VALUES (i); RETURN 'b'; END",
        "CREATE PROCEDURE flushes() MODIFIES SQL DATA SQL SECURITY INVOKER FLUSH TABLES");
  }

  private static void changed(Catalogues catalogues, Runnable change) {
    long version = catalogues.current("shop").version();
    change.run();
    catalogues.suspected("shop");
    Await.until("it is noticed", () -> catalogues.current("shop").version() > version);
  }

  @MariadbAndMysql
  void bodiesThatHaveNotChangedAreNotAskedForAgain(MysqlRelease release) throws Exception {
    try (MysqlCluster cluster = release.cluster().start()) {
      MysqlServer server = cluster.primary();
      create(server);
      Await.until(
          "its routines are old enough to be known again",
          () ->
              server
                  .queryValue(
                      "mysql",
                      "SELECT MAX(last_altered) < NOW() - INTERVAL 2 SECOND FROM"
                          + " information_schema.routines WHERE routine_schema = 'shop'")
                  .equals("1"));
      int before = asks(server);
      try (Catalogues catalogues =
          MysqlCatalogueIT.read(
              MysqlCatalogueIT.source(server, cluster.superuser(), cluster.password()))) {
        int first = asks(server);
        assertThat(first - before).isGreaterThanOrEqualTo(4);
        judged(catalogues);
        changed(catalogues, () -> server.execute("CREATE TABLE shop.other (i int)"));
        assertThat(asks(server)).isEqualTo(first);
        judged(catalogues);
        changed(
            catalogues,
            () ->
                server.executeIn(
                    "shop",
                    "DROP PROCEDURE fill",
                    "CREATE PROCEDURE fill() INSERT INTO other VALUES (1)"));
        assertThat(asks(server)).isEqualTo(first + 1);
        assertThat(asked(catalogues, "shop", "CALL fill()").tablesWritten())
            .containsExactly("shop.other");
      }
    }
  }

  private static void judged(Catalogues catalogues) {
    assertThat(asked(catalogues, "shop", "CALL fill()").tablesWritten())
        .containsExactly("shop.log");
    assertThat(asked(catalogues, "shop", "SELECT counted(1)").tablesWritten())
        .containsExactly("shop.log");
    assertThat(asked(catalogues, "shop", "INSERT INTO t VALUES (1)").tablesWritten())
        .containsExactly("shop.log", "shop.t");
    assertThat(asked(catalogues, "shop", "CALL flushes()").writesAnything()).isTrue();
    for (String sql : List.of("CALL fill()", "SELECT counted(1)", "INSERT INTO t VALUES (1)")) {
      assertThat(asked(catalogues, "shop", sql).writesAnything()).as(sql).isFalse();
      assertThat(asked(catalogues, "shop", sql).changesSession()).as(sql).isNull();
    }
  }

  /** It is said which right is missing. */
  @MariadbAndMysql
  void bodiesThatMayNotBeSeenMayDoAnything(MysqlRelease release) {
    try (MysqlCluster cluster = release.cluster().start()) {
      MysqlServer server = cluster.primary();
      create(server);
      boolean mysql = release == MysqlRelease.MYSQL;
      server.execute(
          "CREATE USER " + READER + "@'%' IDENTIFIED BY 'secret'",
          "GRANT SELECT, SHOW VIEW, TRIGGER, EXECUTE ON shop.* TO " + READER);
      try (LoggedLines lines = LoggedLines.of("heimdall.catalogue");
          Catalogues catalogues =
              MysqlCatalogueIT.read(MysqlCatalogueIT.source(server, READER, "secret"))) {
        assertThat(lines.beginningWith("WARN the catalogue of"))
            .singleElement()
            .asString()
            .contains("lacks 3 bodies of routines or triggers: shop.")
            .contains(mysql ? "it needs SHOW_ROUTINE" : "SELECT on mysql.proc");
        for (String sql : List.of("CALL fill()", "SELECT counted(1)")) {
          assertThat(asked(catalogues, "shop", sql).writesAnything()).as(sql).isTrue();
          assertThat(asked(catalogues, "shop", sql).reason())
              .contains(mysql ? "it needs SHOW_ROUTINE" : "SELECT on mysql.proc");
        }
        assertThat(asked(catalogues, "shop", "INSERT INTO t VALUES (1)").tablesWritten())
            .containsExactly("shop.log", "shop.t");
        changed(
            catalogues,
            () ->
                server.execute(
                    mysql
                        ? "GRANT SHOW_ROUTINE ON *.* TO " + READER
                        : "GRANT SELECT ON mysql.proc TO " + READER));
        assertThat(asked(catalogues, "shop", "CALL fill()").writesAnything()).isFalse();
      }
    }
  }

  /** Servers that keep names in small letters take them in any. */
  @Test
  void namesInBodiesAreThoseThatTheServerKeeps() {
    try (MysqlCluster cluster =
        MysqlRelease.MARIADB.cluster().option("lower-case-table-names", "1").start()) {
      MysqlServer server = cluster.primary();
      create(server);
      server.executeIn(
          "shop",
          "CREATE FUNCTION last() RETURNS int READS SQL DATA RETURN (SELECT max(i) FROM Shop.LOG)");
      try (Catalogues catalogues =
          MysqlCatalogueIT.read(
              MysqlCatalogueIT.source(server, cluster.superuser(), cluster.password()))) {
        assertThat(asked(catalogues, "shop", "SELECT last()").tablesRead())
            .containsExactly("shop.log");
      }
    }
  }
}
