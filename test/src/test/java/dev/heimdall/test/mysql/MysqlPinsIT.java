package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What keeps a session of MySQL or MariaDB on its server connection, and what ends that. */
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
          value(client, "SELECT GET_LOCK('pinned', 0)");
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
}
