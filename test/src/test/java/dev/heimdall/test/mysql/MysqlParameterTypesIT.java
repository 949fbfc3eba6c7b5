package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;

/**
 * One text that clients run with parameters of different types, over one server connection: each
 * has the answer that it would have alone.
 */
@Tag("ci")
class MysqlParameterTypesIT {
  /** None that warns: a client's connection waits then for its SHOW WARNINGS. */
  private static final List<String> TEXTS =
      List.of("SELECT ?", "SELECT coalesce(?, 'x')", "SELECT ? IS NULL, ?");

  private interface Value {
    void set(PreparedStatement statement, int at) throws SQLException;
  }

  private static final List<Value> VALUES =
      List.of(
          (s, at) -> s.setInt(at, 7),
          (s, at) -> s.setLong(at, Long.MAX_VALUE),
          (s, at) -> s.setNull(at, Types.VARCHAR), // without types at first
          (s, at) -> s.setString(at, "1x"),
          (s, at) -> s.setBytes(at, new byte[] {'a', 'b', (byte) 0xFF}),
          (s, at) -> s.setDouble(at, 1.5),
          (s, at) -> s.setBigDecimal(at, new BigDecimal("12345678901234567890.125")),
          (s, at) -> s.setTimestamp(at, Timestamp.valueOf("2024-02-03 04:05:06")),
          (s, at) -> s.setDate(at, Date.valueOf("2024-02-03")),
          (s, at) -> s.setTime(at, Time.valueOf("04:05:06")));

  private static String answer(Connection client, String text, Value value) throws SQLException {
    try (PreparedStatement statement = client.prepareStatement(text)) {
      return answer(statement, value);
    }
  }

  private static String answer(PreparedStatement statement, Value value) {
    try {
      for (int at = 1; at <= statement.getParameterMetaData().getParameterCount(); at++) {
        value.set(statement, at);
      }
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        Object last = rows.getObject(rows.getMetaData().getColumnCount());
        return last instanceof byte[] bytes
            ? HexFormat.of().formatHex(bytes)
            : last == null ? "null" : last.getClass().getSimpleName() + " " + last;
      }
    } catch (SQLException e) {
      return e.getErrorCode() + " " + e.getMessage();
    }
  }

  @MariadbAndMysql
  void eachClientsValuesAreTakenAsTheyAre(MysqlRelease release) throws SQLException {
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        Connection direct =
            MysqlTarget.of(release.shared().primary()).jdbc("useServerPrepStmts", "true");
        Connection one = node.target().jdbc("useServerPrepStmts", "true");
        Connection other = node.target().jdbc("useServerPrepStmts", "true")) {
      for (String text : TEXTS) {
        List<PreparedStatement> before = prepared(one, text);
        List<PreparedStatement> behind = prepared(other, text);
        for (int i = 0; i < VALUES.size(); i++) {
          String alone = answer(direct, text, VALUES.get(i));
          for (int j = 0; j < VALUES.size(); j++) {
            String first = answer(before.get(j), VALUES.get(j));
            assertThat(answer(behind.get(i), VALUES.get(i)))
                .as("%s behind %s", text, first)
                .isEqualTo(alone);
          }
        }
      }
    }
  }

  private static List<PreparedStatement> prepared(Connection client, String text)
      throws SQLException {
    List<PreparedStatement> each = new ArrayList<>();
    for (int i = 0; i < VALUES.size(); i++) {
      each.add(client.prepareStatement(text));
    }
    return each;
  }

  /** A NULL in between leaves the type of a number with the server. */
  @MariadbAndMysql
  void aTextBehindNullBehindANumberIsAText(MysqlRelease release) throws SQLException {
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        Connection one = node.target().jdbc("useServerPrepStmts", "true");
        Connection other = node.target().jdbc("useServerPrepStmts", "true")) {
      answer(one, "SELECT ?", VALUES.get(0));
      answer(one, "SELECT ?", VALUES.get(2));
      assertThat(answer(other, "SELECT ?", VALUES.get(3))).isEqualTo("String 1x");
    }
  }
}
