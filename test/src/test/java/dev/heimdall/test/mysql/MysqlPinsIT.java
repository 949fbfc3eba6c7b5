package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What keeps a session of MySQL or MariaDB on its server connection, and what ends that. */
@Tag("ci")
class MysqlPinsIT {
  private static String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return null;
      }
      try (ResultSet result = statement.getResultSet()) {
        return result.next() ? result.getString(1) : null;
      }
    }
  }

  private static String pinReason(MysqlNode node) {
    return String.valueOf(node.clients().get(0).get("pin_reason"));
  }

  /** A limit of the session's, for instance, keeps a call in a list of columns from being made. */
  @ParameterizedTest
  @EnumSource
  void aLockIsTheSessionsUntilTheServerHasReleasedIt(MysqlRelease release) throws SQLException {
    List<String> ways =
        List.of(
            "SELECT RELEASE_ALL_LOCKS()",
            "SET sql_select_limit = 0; SELECT RELEASE_ALL_LOCKS()",
            "SET sql_select_limit = 0; DO RELEASE_ALL_LOCKS()",
            "SELECT /*+ SET_VAR(sql_select_limit = 0) */ RELEASE_ALL_LOCKS()",
            "SELECT RELEASE_ALL_LOCKS() LIMIT 0",
            "SELECT IF(0, RELEASE_ALL_LOCKS(), 1)",
            "ANALYZE SELECT RELEASE_ALL_LOCKS()",
            "EXPLAIN SELECT RELEASE_ALL_LOCKS()",
            "SET STATEMENT sql_select_limit = 0 FOR SELECT RELEASE_ALL_LOCKS()",
            "SET STATEMENT sql_select_limit = 0 FOR DO RELEASE_ALL_LOCKS()");
    List<String> lost = new ArrayList<>();
    try (Connection server = release.shared().primary().connect("app");
        MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
      for (String way : ways) {
        try (Connection client = node.target().jdbc()) {
          value(client, "SELECT GET_LOCK('pinned', 10)"); // once the one before has left it
          for (String sql : way.split("; ")) {
            try {
              value(client, sql);
            } catch (SQLException otherServers) {
              assertThat(otherServers.getErrorCode()).as(way).isEqualTo(1064);
            }
          }
          boolean free = "1".equals(value(server, "SELECT IS_FREE_LOCK('pinned')"));
          String pin = pinReason(node);
          if (!free && !pin.contains("named lock")) {
            lost.add(way);
          }
          if (way.equals(ways.get(0))) {
            assertThat(free).as(way).isTrue();
            assertThat(pin).as(way).isEqualTo("null");
          }
        }
      }
    }
    assertThat(lost).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void thePinEndsWithTheLastOfTheLocks(MysqlRelease release) throws SQLException {
    try (Connection server = release.shared().primary().connect("app");
        MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
        Connection client = node.target().jdbc()) {
      value(client, "SELECT GET_LOCK('counted.1', 0), GET_LOCK('counted-2', 0)");
      value(client, "SELECT GET_LOCK('counted.1', 0)");
      value(client, "SELECT RELEASE_LOCK('counted-2')");
      assertThat(pinReason(node)).isEqualTo("named lock");
      value(client, "SELECT RELEASE_LOCK('counted.1')");
      assertThat(pinReason(node)).as("it was taken twice").isEqualTo("named lock");
      assertThat(value(server, "SELECT IS_FREE_LOCK('counted.1')")).isEqualTo("0");
      value(client, "DO RELEASE_LOCK('counted.1')");
      Await.until("it is free", () -> "null".equals(pinReason(node)));

      value(client, "SELECT GET_LOCK(CONCAT('counted', '.1'), 0)");
      value(client, "DO RELEASE_LOCK('counted.1')");
      assertThat(pinReason(node)).as("its name is not known").isEqualTo("named lock");
      value(client, "SELECT RELEASE_ALL_LOCKS()");
      assertThat(pinReason(node)).isEqualTo("null");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLockThatAnotherHasPinsNobody(MysqlRelease release) throws SQLException {
    try (Connection server = release.shared().primary().connect("app");
        MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
        Connection client = node.target().jdbc()) {
      value(server, "SELECT GET_LOCK('others', 0)");
      assertThat(value(client, "SELECT GET_LOCK('others', 0)")).isEqualTo("0");
      Await.until("it is free", () -> "null".equals(pinReason(node)));
    }
  }

  /** What the node asks is not what the client's last statement was. */
  @ParameterizedTest
  @EnumSource
  void whatWasLeftByTheStatementBeforeIsThereBehindTheQuestion(MysqlRelease release)
      throws SQLException {
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
        Connection client = node.target().jdbc()) {
      value(client, "CREATE TABLE IF NOT EXISTS locked_ids (i INT AUTO_INCREMENT PRIMARY KEY)");
      value(client, "SELECT GET_LOCK('ids', 0)");
      value(client, "INSERT INTO locked_ids VALUES ()");
      String id = value(client, "SELECT LAST_INSERT_ID()");
      value(client, "INSERT INTO locked_ids VALUES ()");
      value(client, "SELECT RELEASE_LOCK('ids') UNION ALL SELECT 2");
      assertThat(value(client, "SELECT FOUND_ROWS()")).isEqualTo("2");
      value(client, "SELECT 1"); // MySQL has warned of the call
      Await.until("it is free", () -> "null".equals(pinReason(node)));
      assertThat(Integer.parseInt(value(client, "SELECT LAST_INSERT_ID()")))
          .isGreaterThan(Integer.parseInt(id));
      value(client, "DROP TABLE locked_ids");
    }
  }

  /** What is run by a client of its own, and the pin that is left. */
  private record Left(String statements, String pin) {}

  @ParameterizedTest
  @EnumSource
  void thePinEndsWithTheLastObjectThatIsCalledSo(MysqlRelease release) throws SQLException {
    List<Left> cases =
        List.of(
            new Left("CREATE TEMPORARY TABLE one (i INT)", "temporary table"),
            new Left("CREATE TEMPORARY TABLE one (i INT); DROP TEMPORARY TABLE one", null),
            new Left(
                "CREATE TEMPORARY TABLE one (i INT); CREATE TEMPORARY TABLE app.two SELECT 1;"
                    + " DROP TABLE one",
                "temporary table"),
            new Left(
                "CREATE TEMPORARY TABLE one (i INT); CREATE TEMPORARY TABLE app.two SELECT 1;"
                    + " DROP TABLE IF EXISTS app.two, one",
                null),
            new Left(
                "BEGIN; CREATE TEMPORARY TABLE one (i INT); DROP TEMPORARY TABLE one; ROLLBACK;"
                    + " INSERT INTO pinning VALUES (1)",
                null),
            // Which table is meant is not known where names are spelled in two ways, or moved.
            new Left(
                "CREATE TEMPORARY TABLE one (i INT); DROP TEMPORARY TABLE app.one",
                "temporary table"),
            new Left(
                "USE information_schema; CREATE TEMPORARY TABLE app.one (i INT); DROP TEMPORARY TABLE app.one",
                null),
            new Left(
                "USE app; CREATE TEMPORARY TABLE one (i INT); DROP TEMPORARY TABLE one",
                "temporary table"),
            new Left(
                "CREATE TEMPORARY TABLE one (i INT); ALTER TABLE one RENAME TO two;"
                    + " DROP TABLE IF EXISTS one",
                "temporary table"),
            new Left(
                "CREATE TEMPORARY TABLE one (i INT); DROP TABLE one, none_is_here",
                "temporary table"),
            new Left("HANDLER pinning OPEN AS h; HANDLER h READ FIRST; HANDLER h CLOSE", null),
            new Left(
                "HANDLER pinning OPEN; HANDLER pinning OPEN AS h; HANDLER pinning CLOSE",
                "open handler"),
            new Left(
                "HANDLER app.pinning OPEN; HANDLER pinning OPEN AS h; HANDLER h CLOSE;"
                    + " HANDLER pinning CLOSE",
                null));
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
      try (Connection client = node.target().jdbc()) {
        value(client, "CREATE TABLE IF NOT EXISTS pinning (i INT)");
      }
      for (Left left : cases) {
        try (Connection client = node.target().jdbc()) {
          for (String sql : left.statements().split("; ")) {
            try {
              value(client, sql);
            } catch (SQLException none) {
              assertThat(none.getErrorCode()).as(sql).isEqualTo(1051);
            }
          }
          assertThat(pinReason(node)).as(left.statements()).isEqualTo(String.valueOf(left.pin()));
        }
      }
      try (Connection client = node.target().jdbc()) {
        value(client, "DROP TABLE pinning");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anotherDefaultDatabaseMakesNamesMeanOtherTables(MysqlRelease release) throws SQLException {
    release
        .shared()
        .primary()
        .execute(
            "CREATE DATABASE IF NOT EXISTS pinning_there",
            "GRANT ALL ON pinning_there.* TO " + MysqlRelease.USER);
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
        Connection client = node.target().jdbc()) {
      value(client, "CREATE TEMPORARY TABLE one (i INT)");
      client.setCatalog("pinning_there"); // COM_INIT_DB
      value(client, "DROP TABLE IF EXISTS one");
      assertThat(pinReason(node)).isEqualTo("temporary table");
      client.setCatalog("app");
      assertThat(value(client, "SELECT COUNT(*) FROM one")).isEqualTo("0");
    }
  }

  /** Of what a function leaves nobody says what it is. */
  @ParameterizedTest
  @EnumSource
  void whatCodeHasSetMeanwhilePinsWhenTheOtherPinHasEnded(MysqlRelease release)
      throws SQLException {
    List<String> ways =
        List.of(
            "SELECT GET_LOCK('meanwhile', 10); SELECT pinning_sets(7); DO RELEASE_LOCK('meanwhile')",
            "SELECT GET_LOCK('meanwhile', 10); INSERT INTO pinning_set VALUES (7);"
                + " DO RELEASE_LOCK('meanwhile')",
            "SELECT pinning_sets(7), GET_LOCK('meanwhile', 10); DO RELEASE_LOCK('meanwhile')",
            "CREATE TEMPORARY TABLE one SELECT pinning_sets(7) i; DROP TEMPORARY TABLE one",
            "CREATE TEMPORARY TABLE one (i INT); SELECT pinning_sets(7); DROP TEMPORARY TABLE one",
            "LOCK TABLES pinning_set WRITE; INSERT INTO pinning_set VALUES (7); UNLOCK TABLES",
            "HANDLER pinning_set OPEN; SELECT pinning_sets(7); HANDLER pinning_set CLOSE");
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
      try (Connection server = release.shared().primary().connect("app")) {
        value(server, "CREATE TABLE IF NOT EXISTS pinning_set (i INT)");
        value(server, "DROP FUNCTION IF EXISTS pinning_sets");
        value(server, "DROP TRIGGER IF EXISTS pinning_trigger");
        value(
            server,
            "CREATE FUNCTION pinning_sets(a INT) RETURNS INT NO SQL BEGIN SET @meanwhile = a;"
                + " RETURN a; END");
        value(
            server,
            "CREATE TRIGGER pinning_trigger BEFORE INSERT ON pinning_set FOR EACH ROW"
                + " SET @meanwhile = NEW.i");
        for (String way : ways) {
          try (Connection client = node.target().jdbc();
              Connection other = node.target().jdbc()) {
            for (String sql : way.split("; ")) {
              value(client, sql);
            }
            assertThat(value(other, "SELECT 'other'")).isEqualTo("other");
            assertThat(value(client, "SELECT @meanwhile")).as(way).isEqualTo("7");
          }
        }
        value(server, "DROP TABLE pinning_set");
        value(server, "DROP FUNCTION pinning_sets");
      }
    }
  }
}
