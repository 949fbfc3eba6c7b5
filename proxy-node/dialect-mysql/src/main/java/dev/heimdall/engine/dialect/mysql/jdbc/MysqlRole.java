package dev.heimdall.engine.dialect.mysql.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;

/** Role of a MySQL or MariaDB server in its cluster. */
public final class MysqlRole {
  private static final int SYNTAX = 1064;

  /** Rights that are missing. */
  private static final Set<Integer> DENIED = Set.of(1044, 1142, 1227);

  private MysqlRole() {}

  /** True if it allows no writes, or replicates from another one as far as it says so. */
  public static boolean isReplica(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet row =
          statement.executeQuery("SELECT @@global.read_only, @@global.innodb_read_only")) {
        if (row.next() && (isOn(row.getString(1)) || isOn(row.getString(2)))) {
          return true;
        }
      }
      // The second is for those that do not know the first.
      for (String question : List.of("SHOW REPLICA STATUS", "SHOW SLAVE STATUS")) {
        try (ResultSet sources = statement.executeQuery(question)) {
          return sources.next();
        } catch (SQLException e) {
          if (DENIED.contains(e.getErrorCode())) {
            return false;
          }
          if (e.getErrorCode() != SYNTAX) {
            throw e;
          }
        }
      }
      return false;
    }
  }

  private static boolean isOn(String value) {
    return !"0".equals(value) && !"OFF".equalsIgnoreCase(value);
  }
}
