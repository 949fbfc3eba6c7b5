package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Statements that define tables and use them: the node adds none of its own where their text says
 * all, and lets nobody find a trace where it does not. The pool has one connection.
 */
class MysqlMigrationsIT {
  private static final List<String> MIGRATION =
      List.of(
          "CREATE TABLE %s (id int PRIMARY KEY, name varchar(100) DEFAULT 'x',"
              + " KEY by_name (name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
          "INSERT INTO %s (id, name) VALUES (1, 'a'), (2, 'b')",
          "ALTER TABLE %s ADD COLUMN more decimal(10,2) DEFAULT 0, ADD INDEX by_more (more)",
          "CREATE INDEX by_both ON %s (name, more)",
          "UPDATE %s SET more = 1",
          "DELETE FROM %s WHERE name = 'a'",
          "DROP TABLE %s");

  /** Statements by which the next would find what a trigger has set, were it not cleaned. */
  private static final List<String> LEAVING =
      List.of(
          "INSERT INTO m_plain VALUES (1); CREATE TRIGGER m_g BEFORE INSERT ON m_plain FOR EACH ROW"
              + " SET @leak = 1; INSERT INTO m_plain VALUES (2)",
          "ALTER TABLE m_watched RENAME TO m_moved; INSERT INTO m_moved VALUES (1)",
          "RENAME TABLE m_watched TO m_moved; INSERT INTO m_moved VALUES (1)",
          "CREATE TABLE m_new (a int); INSERT INTO m_watched VALUES (1)",
          "CREATE VIEW m_view AS SELECT a FROM m_watched; INSERT INTO m_view VALUES (1)",
          "CREATE TABLE m_new (a int); CREATE PROCEDURE m_p() SET @leak = 1; CALL m_p()");

  private static MysqlNode start(MysqlRelease release) {
    return MysqlNode.start(release, c -> c.vdb("pool.size", 1).node("loops", 1));
  }

  private static void reset(MysqlServer server) {
    server.executeIn(
        MysqlRelease.DATABASE,
        "DROP VIEW IF EXISTS m_view",
        "DROP PROCEDURE IF EXISTS m_p",
        "DROP TABLE IF EXISTS m_plain, m_watched, m_moved, m_new",
        "CREATE TABLE m_plain (a int)",
        "CREATE TABLE m_watched (a int)",
        "CREATE TRIGGER m_w BEFORE INSERT ON m_watched FOR EACH ROW SET @leak = 1");
  }

  private static void awaitCatalogue(MysqlNode node) {
    Await.until(
        "the catalogue is there and confirmed",
        () -> {
          try (Connection operator = node.target().as("admin", "admin").jdbc()) {
            Jdbc.execute(operator, "SELECT 1 FROM m_plain");
            return "confirmed".equals(Jdbc.queryInfo(operator).get("catalog now"));
          }
        });
  }

  private static List<String> ran(MysqlServer server) throws SQLException {
    List<String> ran = new ArrayList<>();
    try (Connection connection = server.connect("mysql");
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT CONCAT(command_type, ' ', CONVERT(argument USING utf8mb4)) FROM general_log"
                    + " WHERE thread_id IN (SELECT thread_id FROM general_log"
                    + " WHERE argument LIKE '%made\\_%') ORDER BY event_time")) {
      while (rows.next()) {
        ran.add(rows.getString(1));
      }
    }
    return ran;
  }

  @MariadbAndMysql
  void whatTheyDefineThemselvesNeedsNothingOfTheNode(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    reset(server);
    try (MysqlNode node = start(release)) {
      awaitCatalogue(node);
      try (Connection client = node.target().jdbc();
          Statement statement = client.createStatement()) {
        for (int i = 0; i < 3; i++) {
          if (i == 1) {
            server.execute(
                "SET GLOBAL log_output = 'TABLE'",
                "TRUNCATE mysql.general_log",
                "SET GLOBAL general_log = 1");
          }
          for (String sql : MIGRATION) {
            statement.execute(sql.formatted("made_" + i));
          }
        }
      } finally {
        server.execute("SET GLOBAL general_log = 0");
      }
      assertThat(ran(server))
          .filteredOn(sql -> !sql.contains("made_") && !sql.contains("transaction_read_only"))
          .filteredOn(sql -> !sql.startsWith("Quit"))
          .isEmpty();
    }
  }

  @MariadbAndMysql
  void whatTheyDefineBesidesLeavesNoTrace(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    server.execute("SET GLOBAL log_bin_trust_function_creators = 1");
    try (MysqlNode node = start(release)) {
      for (String statements : LEAVING) {
        reset(server);
        awaitCatalogue(node);
        try (Connection client = node.target().jdbc()) {
          for (String sql : statements.split("; ")) {
            Jdbc.execute(client, sql);
          }
        }
        try (Connection next = node.target().jdbc()) {
          assertThat(Jdbc.value(next, "SELECT @leak")).as(statements).isNull();
        }
      }
    } finally {
      server.execute("SET GLOBAL log_bin_trust_function_creators = 0");
    }
  }
}
