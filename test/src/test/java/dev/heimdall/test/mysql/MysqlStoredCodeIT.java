package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What routines and triggers do to the session of their caller stays that session's, though its own
 * text says nothing of it and the node has not read them.
 */
@Tag("ci")
class MysqlStoredCodeIT {
  /** Without the catalogue, so that what servers report is all that the node knows. */
  @MariadbAndMysql
  void aVariableThatARoutineSetsIsItsCallersAlone(MysqlRelease release) throws SQLException {
    try (MysqlNode node =
        MysqlNode.start(release, c -> c.vdb("pool.size", 2).source("catalog.enabled", false))) {
      try (Connection maker = release.shared().primary().connect("app")) {
        execute(
            maker,
            "DROP PROCEDURE IF EXISTS keep_it",
            "DROP FUNCTION IF EXISTS kept",
            "DROP FUNCTION IF EXISTS keeps",
            "DROP TABLE IF EXISTS kept_by_trigger",
            "CREATE PROCEDURE keep_it(v INT) SET @kept = v",
            "CREATE FUNCTION kept() RETURNS INT NO SQL NOT DETERMINISTIC RETURN @kept",
            "CREATE FUNCTION keeps(v INT) RETURNS INT NO SQL NOT DETERMINISTIC"
                + " BEGIN SET @kept = v; RETURN v; END",
            "CREATE TABLE kept_by_trigger (v INT)",
            "CREATE TRIGGER keeper BEFORE INSERT ON kept_by_trigger FOR EACH ROW"
                + " SET @kept = NEW.v");
      }
      List<String> ways =
          List.of("CALL keep_it(7)", "SELECT keeps(7)", "INSERT INTO kept_by_trigger VALUES (7)");
      for (String way : ways) {
        List<String> others = new ArrayList<>();
        try (Connection setter = node.target().jdbc();
            Connection other = node.target().jdbc()) {
          execute(setter, way);
          for (int i = 0; i < 4; i++) {
            others.add(value(other, "SELECT kept()"));
            assertThat(value(setter, "SELECT kept()")).as(way).isEqualTo("7");
          }
        }
        try (Connection next = node.target().jdbc()) {
          others.add(value(next, "SELECT kept()"));
        }
        assertThat(others).as(way).containsOnlyNulls();
      }
    }
  }

  /** The routine that is missing is not the one that the text calls. */
  @MariadbAndMysql
  void aVariableThatARoutineSetsBeforeItFailsIsItsCallersAlone(MysqlRelease release)
      throws SQLException {
    try (Connection maker = release.shared().primary().connect("app")) {
      execute(
          maker,
          "DROP PROCEDURE IF EXISTS keeps_and_fails",
          "DROP FUNCTION IF EXISTS kept_by_failure",
          "CREATE PROCEDURE keeps_and_fails() BEGIN SET @kept = 7; CALL not_there_at_all(); END",
          "CREATE FUNCTION kept_by_failure() RETURNS INT NO SQL NOT DETERMINISTIC RETURN @kept");
    }
    try (MysqlNode node =
            MysqlNode.start(release, c -> c.vdb("pool.size", 2).source("catalog.enabled", false));
        Connection setter = node.target().jdbc();
        Connection other = node.target().jdbc()) {
      assertThatThrownBy(() -> execute(setter, "CALL keeps_and_fails()"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1305));
      execute(setter, "SELECT 1 FROM (SELECT 1) AS t"); // what it has warned of is gone
      for (int i = 0; i < 4; i++) {
        assertThat(value(other, "SELECT kept_by_failure()")).isNull();
        assertThat(value(setter, "SELECT kept_by_failure()")).isEqualTo("7");
      }
    }
  }

  /**
   * MariaDB reports nothing of what is set with @@ and no scope, and flags by each other's names.
   */
  @ParameterizedTest
  @CsvSource({
    "MARIADB, false",
    "MARIADB, true",
    "MARIADB_NEW, false",
    "MARIADB_NEW, true",
    "MYSQL, false"
  })
  void aSystemVariableThatARoutineSetsIsItsCallersAlone(MysqlRelease release, boolean catalogue)
      throws SQLException {
    List<String> ways =
        List.of(
            "CALL sets_plain()", "CALL sets_bare()", "CALL sets_flag()", "SELECT sets_inside()");
    try (Connection maker = release.shared().primary().connect("app")) {
      for (String way : ways) {
        String kind = way.startsWith("CALL") ? "PROCEDURE" : "FUNCTION";
        execute(maker, "DROP %s IF EXISTS %s".formatted(kind, way.split("[ (]")[1]));
      }
      execute(
          maker,
          "CREATE PROCEDURE sets_plain() SET sort_buffer_size = 65536",
          "CREATE PROCEDURE sets_bare() SET @@sort_buffer_size = 65536",
          "CREATE PROCEDURE sets_flag() SET SESSION foreign_key_checks = 0",
          "CREATE FUNCTION sets_inside() RETURNS INT NO SQL NOT DETERMINISTIC"
              + " BEGIN SET @@sort_buffer_size = 65536; RETURN 1; END");
    }
    for (String way : ways) {
      try (MysqlNode node =
          MysqlNode.start(
              release, c -> c.vdb("pool.size", 1).source("catalog.enabled", catalogue))) {
        String asked =
            way.contains("flag") ? "SELECT @@foreign_key_checks" : "SELECT @@sort_buffer_size";
        String before;
        try (Connection setter = node.target().jdbc()) {
          execute(setter, "SET unique_checks = 1"); // by this name MariaDB reports the other flag
          before = value(setter, asked);
          execute(setter, way);
          assertThat(value(setter, asked)).as(way).isIn("65536", "0");
        }
        try (Connection next = node.target().jdbc()) {
          assertThat(value(next, asked)).as(way).isEqualTo(before);
        }
      }
    }
  }

  /** No server reports anything of it: that the trigger takes one is known from its text. */
  @MariadbAndMysql
  void aNamedLockThatATriggerTakesIsItsClientsUntilItLeaves(MysqlRelease release)
      throws SQLException {
    String user = "SELECT IS_USED_LOCK('lock_of_trigger')";
    try (Connection server = release.shared().primary().connect("app");
        MysqlNode node =
            MysqlNode.start(release, c -> c.vdb("pool.size", 2).catalog(release.shared()))) {
      execute(
          server,
          "DROP TABLE IF EXISTS locked_by_trigger",
          "CREATE TABLE locked_by_trigger (v INT)",
          "CREATE TRIGGER locker BEFORE INSERT ON locked_by_trigger FOR EACH ROW"
              + " SET NEW.v = GET_LOCK('lock_of_trigger', 0)");
      Await.until(
          "the node knows the trigger",
          () -> {
            try (Connection taker = node.target().jdbc()) {
              execute(taker, "INSERT INTO locked_by_trigger VALUES (7)");
              return node.admin("SHOW CLIENTS").stream()
                  .anyMatch(client -> client.get("pin_reason") != null);
            }
          });
      try (Connection taker = node.target().jdbc();
          Connection other = node.target().jdbc()) {
        execute(taker, "INSERT INTO locked_by_trigger VALUES (7)");
        String holder = value(server, user);
        for (int i = 0; i < 4; i++) {
          execute(other, "SELECT RELEASE_ALL_LOCKS()");
          assertThat(value(server, user)).isNotNull().isEqualTo(holder);
        }
        assertThat(value(taker, "SELECT RELEASE_LOCK('lock_of_trigger')")).isEqualTo("1");
        execute(taker, "INSERT INTO locked_by_trigger VALUES (7)");
      }
      Await.until("the lock is free", () -> value(server, user) == null);
    }
  }
}
