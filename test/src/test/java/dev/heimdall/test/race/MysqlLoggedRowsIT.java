package dev.heimdall.test.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Writes past the node, by what the binary log has of them, and results by key beside them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("ci")
class MysqlLoggedRowsIT {
  private static final String READ = "SELECT GROUP_CONCAT(n ORDER BY n) FROM ";

  private final Map<MysqlRelease, Followed> nodes = new HashMap<>();

  /** A node that follows a server, sessions of both, and what tells when a write was heard of. */
  private record Followed(MysqlNode node, Connection reader, Connection past, KeptMark mark) {}

  private static MysqlTarget root(MysqlRelease release) {
    return MysqlTarget.of(release.shared().primary())
        .as(release.shared().superuser(), release.shared().password());
  }

  private Followed followed(MysqlRelease release) {
    return nodes.computeIfAbsent(
        release,
        one -> {
          MysqlNode node =
              MysqlNode.start(
                  one,
                  c ->
                      c.cluster(one.shared())
                          .catalog(one.shared())
                          .source("changes.stream", true)
                          .vdb("cache.enabled", true)
                          .vdb("cache.dmlThreshold", 100)
                          .vdb("rules", List.of("cached"))
                          .rules(
                              "cached",
                              "{\"match\": \"(?i)^select group\", \"action\": \"cache\"}"));
          try {
            Connection past = root(one).jdbc();
            execute(
                past,
                "DROP TABLE IF EXISTS logged_child, logged_parent, logged_tree, logged, logged_other",
                "CREATE TABLE logged (id INT PRIMARY KEY, k INT, name VARCHAR(20) CHARACTER SET"
                    + " latin1, j JSON, n INT)",
                "CREATE TABLE logged_other (id INT PRIMARY KEY, n INT)",
                "CREATE TRIGGER logged_trigger AFTER UPDATE ON logged_other FOR EACH ROW"
                    + " UPDATE logged SET n = n + 1 WHERE id = NEW.id",
                "CREATE TABLE logged_parent (id INT PRIMARY KEY)",
                "CREATE TABLE logged_child (id INT PRIMARY KEY, parent INT, n INT, FOREIGN KEY"
                    + " (parent) REFERENCES logged_parent (id) ON DELETE CASCADE ON UPDATE CASCADE)",
                "CREATE TABLE logged_tree (id INT PRIMARY KEY, parent INT, n INT, FOREIGN KEY"
                    + " (parent) REFERENCES logged_tree (id) ON DELETE CASCADE)");
            return new Followed(
                node,
                node.target().jdbc(),
                past,
                new KeptMark(root(one).jdbc(), node.target().jdbc()));
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @AfterAll
  void stop() throws SQLException {
    for (Followed each : nodes.values()) {
      each.mark().close();
      each.reader().close();
      execute(
          each.past(),
          "DROP TABLE IF EXISTS logged_child, logged_parent, logged_tree, logged, logged_other");
      each.past().close();
      each.node().close();
    }
  }

  private static void execute(Connection session, String... statements) throws SQLException {
    try (Statement statement = session.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static String read(Connection session, String sql) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }

  private static void fill(Connection past) throws SQLException {
    execute(
        past,
        "DELETE FROM logged_parent",
        "DELETE FROM logged_tree",
        "DELETE FROM logged",
        "DELETE FROM logged_other",
        "INSERT INTO logged SELECT seq, seq, CONCAT('n', seq), '{\"a\": [1, 2, 3]}', 0 FROM"
            + " (WITH RECURSIVE s AS (SELECT 1 AS seq UNION ALL SELECT seq + 1 FROM s WHERE seq <"
            + " 300) SELECT seq FROM s) AS numbers",
        "INSERT INTO logged_other VALUES (1, 0), (2, 0)",
        "INSERT INTO logged_parent VALUES (1), (2)",
        "INSERT INTO logged_child VALUES (1, 1, 0), (2, 2, 0)",
        "INSERT INTO logged_tree VALUES (1, NULL, 0), (2, 1, 0), (3, 2, 0), (4, NULL, 0)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MARIADB, MYSQL | logged WHERE id = 1 | UPDATE logged SET n = n + 1 WHERE id = 2 | UPDATE"
            + " logged SET n = n + 1 WHERE id < 2",
        "MARIADB, MYSQL | logged WHERE id = 1 | UPDATE logged SET n = n + 1 WHERE id BETWEEN 2 AND"
            + " 120 | UPDATE logged SET n = n + 1",
        "MARIADB, MYSQL | logged WHERE name = 'n1' | UPDATE logged SET n = n + 1 WHERE name ="
            + " 'n2' | UPDATE logged SET name = 'N1 ' WHERE id = 5",
        "MARIADB, MYSQL | logged WHERE name = 'n1' | UPDATE logged SET name = NULL, n = n + 1 WHERE"
            + " id = 6 | UPDATE logged SET name = 'é', n = n + 1 WHERE id = 1",
        "MARIADB, MYSQL | logged WHERE k = 400 | UPDATE logged SET k = k + 1 WHERE id = 7 | UPDATE"
            + " logged SET k = 400 WHERE id = 8",
        "MARIADB, MYSQL | logged WHERE id = 1 | UPDATE logged_other SET n = n + 1 WHERE id = 2 |"
            + " UPDATE logged_other SET n = n + 1 WHERE id = 1",
        "MARIADB, MYSQL | logged WHERE id = 1 | XA START 'r'; UPDATE logged SET n = n + 1 WHERE id"
            + " = 2; XA END 'r'; XA PREPARE 'r'; XA COMMIT 'r' | XA START 'r'; UPDATE logged SET n"
            + " = n + 1 WHERE id = 1; XA END 'r'; XA PREPARE 'r'; XA COMMIT 'r'",
        "MARIADB, MYSQL | logged_child WHERE id = 1 | UPDATE logged_child SET n = n + 1 WHERE id ="
            + " 2 | BEGIN; UPDATE logged_child SET n = n + 1 WHERE id = 2; DELETE FROM"
            + " logged_parent WHERE id = 1; COMMIT",
        "MARIADB, MYSQL | logged_child WHERE parent = 9 | UPDATE logged_child SET n = n + 1 WHERE"
            + " id = 2 | BEGIN; UPDATE logged_child SET n = n + 1 WHERE id = 2; UPDATE"
            + " logged_parent SET id = 9 WHERE id = 1; COMMIT",
        "MARIADB, MYSQL | logged WHERE id = 1 | UPDATE logged SET n = n + 1 WHERE id = 2 |"
            + " REPLACE INTO logged (id, n) VALUES (1, 7)",
        "MARIADB, MYSQL | logged WHERE name = 'n1' | SET GLOBAL binlog_row_metadata = 'FULL'; UPDATE"
            + " logged SET n = n + 1 WHERE id = 2 | UPDATE logged SET n = n + 1 WHERE id = 1; SET"
            + " GLOBAL binlog_row_metadata = 'MINIMAL'",
        "MARIADB | logged WHERE id = 1 | UPDATE logged SET n = n + 1 WHERE id = 2 | SET SESSION"
            + " binlog_format = 'STATEMENT'; UPDATE logged SET n = n + 1 WHERE id = 1; SET SESSION"
            + " binlog_format = 'ROW'",
        "MYSQL | logged WHERE id = 1 | SET SESSION binlog_transaction_compression = ON; UPDATE"
            + " logged SET n = n + 1 WHERE id = 2 | UPDATE logged SET n = n + 1 WHERE id = 1; SET"
            + " SESSION binlog_transaction_compression = OFF",
        "MYSQL | logged WHERE id = 1 | UPDATE logged SET n = n + 1 WHERE id = 2 | SET SESSION"
            + " binlog_row_value_options = 'PARTIAL_JSON'; UPDATE logged SET j = JSON_SET(j,"
            + " '$.a[1]', 7), n = n + 1 WHERE id = 1; SET SESSION binlog_row_value_options = ''",
      })
  void aWriteTakesTheResultsOfItsRows(String releases, String from, String others, String own)
      throws SQLException {
    for (String release : releases.split(", ")) {
      judge(followed(MysqlRelease.valueOf(release)), READ + from, others, own);
    }
  }

  /** Cascades to rows of the same table are in no log: whatever is written there counts. */
  @ParameterizedTest
  @CsvSource({"MARIADB", "MYSQL"})
  void ofATableThatCascadesToItselfAllCounts(MysqlRelease release) throws SQLException {
    Followed at = followed(release);
    fill(at.past());
    at.mark().await();
    String read = READ + "logged_tree WHERE id = 3";
    for (int i = 0; i < 3; i++) {
      keep(at, read);
      execute(at.past(), "UPDATE logged_tree SET n = n + 1 WHERE id = 4");
      at.mark().await();
    }
    keep(at, read);
    execute(at.past(), "DELETE FROM logged_tree WHERE id = 1");
    at.mark().await();
    assertThat(read(at.reader(), read)).isEqualTo("null");
  }

  private static void keep(Followed at, String read) {
    Await.until("it is kept", () -> KeyJudge.isCached(at.reader(), read));
  }

  private static void judge(Followed at, String read, String others, String own)
      throws SQLException {
    fill(at.past());
    at.mark().await();
    Await.until(
        "it outlives " + others,
        () -> {
          keep(at, read);
          execute(at.past(), others.split("; "));
          at.mark().await();
          return KeyJudge.isCached(at.reader(), read);
        });
    String before = read(at.past(), read);
    assertThat(read(at.reader(), read)).isEqualTo(before);
    execute(at.past(), own.split("; "));
    String after = read(at.past(), read);
    assertThat(after).isNotEqualTo(before);
    at.mark().await();
    assertThat(read(at.reader(), read)).as("behind " + own).isEqualTo(after);
  }
}
