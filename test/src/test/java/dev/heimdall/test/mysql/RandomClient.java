package dev.heimdall.test.mysql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Random;

/**
 * A client that does at random what depends on the session: what it was answered, word by word, is
 * the same over a connection of its own and over those that it shares with others. It has a table
 * of its own, so that nobody waits for anybody.
 */
final class RandomClient {
  private static final String[] VARIABLES = {
    "sql_mode", "time_zone", "group_concat_max_len", "max_join_size", "sql_safe_updates",
    "tx_isolation", "autocommit", "lc_time_names", "div_precision_increment", "wait_timeout"
  };

  private static final String[][] VALUES = {
    {"''", "'ANSI_QUOTES'", "'STRICT_TRANS_TABLES'", "'NO_BACKSLASH_ESCAPES'", "DEFAULT"},
    {"'+00:00'", "'+05:30'", "'SYSTEM'", "DEFAULT"},
    {"100", "2000", "DEFAULT"},
    {"1000000", "2000000", "DEFAULT"},
    {"0"},
    {"'READ-COMMITTED'", "'REPEATABLE-READ'", "'SERIALIZABLE'"},
    {"1", "0", "1"},
    {"'de_DE'", "'en_US'"},
    {"4", "7", "DEFAULT"},
    {"28000", "1000", "DEFAULT"}
  };

  private final Connection connection;
  private final String table;
  private final String isolation;
  private final Random random;
  private final PreparedStatement[] prepared = new PreparedStatement[3];

  /**
   * @param number of the client, which has the table t with that number
   * @param isolation what the server calls its variable
   */
  RandomClient(Connection connection, int number, String isolation, long seed) {
    this.connection = connection;
    this.table = "t" + number;
    this.isolation = isolation;
    this.random = new Random(seed);
  }

  /** Makes its table anew. */
  static void prepare(Statement statement, int number) throws SQLException {
    statement.execute("DROP TABLE IF EXISTS t" + number);
    statement.execute(
        "CREATE TABLE t" + number + " (id INT AUTO_INCREMENT PRIMARY KEY, v INT, s VARCHAR(20))");
    statement.execute("INSERT INTO t" + number + " (v, s) VALUES (1,'a'), (2,'b'), (3,'c')");
    statement.execute("DROP PROCEDURE IF EXISTS p" + number);
    statement.execute(
        "CREATE PROCEDURE p"
            + number
            + "() BEGIN SELECT 1; INSERT INTO t"
            + number
            + " (v) VALUES (9); SELECT count(*) FROM t"
            + number
            + "; END");
  }

  /** Does something; says what, and what came of it. */
  String step() {
    int choice = random.nextInt(44);
    int v = random.nextInt(100);
    return switch (choice) {
      case 0, 1 -> run("SELECT " + v + " + 1, 'x'");
      case 2, 3 -> run("SELECT * FROM " + table + " ORDER BY id LIMIT " + (1 + v % 4));
      case 4, 5, 6 -> run("INSERT INTO " + table + " (v, s) VALUES (" + v + ", 'n')");
      case 7 -> run("INSERT INTO " + table + " (v) VALUES (" + v + "), (" + v + ")");
      case 8 -> run("INSERT INTO " + table + " (id, v) VALUES (" + (1 + v) + ", 5)");
      case 9 -> run("UPDATE " + table + " SET v = " + v % 3 + " WHERE id < " + v % 10);
      case 10 -> run("DELETE FROM " + table + " WHERE id > " + (20 + v));
      case 11 -> run("SELEC " + v);
      case 12 -> run("SELECT * FROM nowhere" + v % 2);
      case 13, 14, 15 -> set(random.nextInt(VARIABLES.length));
      case 16, 17, 18 -> run("SELECT @@" + name(random.nextInt(VARIABLES.length)));
      case 19 -> run("SET @a = " + v);
      case 20 -> run("SELECT @a");
      case 21, 22 -> run("SELECT LAST_INSERT_ID()");
      case 23 -> run("SELECT ROW_COUNT()");
      case 24 -> run("SELECT FOUND_ROWS()");
      case 25 -> run("SHOW WARNINGS");
      case 26 -> run("SHOW COUNT(*) WARNINGS");
      case 27 -> run("SELECT 1/0, CAST('abc' AS SIGNED)");
      case 28 -> run("INSERT IGNORE INTO " + table + " (id, v) VALUES (1, 1)");
      case 29 -> run("SELECT SQL_CALC_FOUND_ROWS id FROM " + table + " LIMIT 1");
      case 30, 31 -> run(v % 2 == 0 ? "BEGIN" : "START TRANSACTION READ ONLY");
      case 32, 33 -> run("COMMIT");
      case 34 -> run("ROLLBACK");
      case 35 -> run("CREATE TEMPORARY TABLE tt (x INT)");
      case 36 -> run(v % 2 == 0 ? "SELECT count(*) FROM tt" : "DROP TEMPORARY TABLE tt");
      case 37 -> run(v % 2 == 0 ? "USE information_schema" : "USE app");
      case 38 -> run("SELECT DATABASE()");
      case 39 -> run("SELECT 1; SELECT " + v + "; UPDATE " + table + " SET v = v + 1");
      case 40 -> run("CALL app.p" + table.substring(1) + "()");
      case 41 -> prepare(v % prepared.length, v % 4);
      case 42 -> execute(v % prepared.length, v);
      default -> close(v % prepared.length);
    };
  }

  private String name(int variable) {
    String name = VARIABLES[variable];
    return name.equals("tx_isolation") ? isolation : name;
  }

  private String set(int variable) {
    String[] values = VALUES[variable];
    return run("SET " + name(variable) + " = " + values[random.nextInt(values.length)]);
  }

  private String run(String sql) {
    return said(
        sql,
        () -> {
          try (Statement statement = connection.createStatement()) {
            return answer(statement, statement.execute(sql, Statement.RETURN_GENERATED_KEYS));
          }
        });
  }

  private String prepare(int slot, int kind) {
    String sql =
        switch (kind) {
          case 0 -> "SELECT ? + 1, ?, DATABASE()";
          case 1 -> "INSERT INTO app." + table + " (v, s) VALUES (?, ?)";
          case 2 ->
              "SELECT id, v, s FROM app." + table + " WHERE id < ? OR s = ? ORDER BY id LIMIT 3";
          default -> "SELECT ? FROM nowhere WHERE ?";
        };
    close(slot);
    return said(
        "prepare " + slot + " " + sql,
        () -> {
          prepared[slot] = connection.prepareStatement(sql);
          return "prepared " + prepared[slot].getParameterMetaData().getParameterCount();
        });
  }

  private String execute(int slot, int v) {
    PreparedStatement statement = prepared[slot];
    if (statement == null) {
      return "nothing is prepared";
    }
    return said(
        "execute " + slot + " " + v,
        () -> {
          if (v % 3 == 0) {
            statement.setInt(1, v);
            statement.setString(2, "s" + v);
          } else {
            statement.setLong(1, v);
            statement.setString(2, v % 5 == 0 ? null : "b");
          }
          return answer(statement, statement.execute());
        });
  }

  private String close(int slot) {
    PreparedStatement statement = prepared[slot];
    prepared[slot] = null;
    return said(
        "close " + slot,
        () -> {
          if (statement != null) {
            statement.close();
          }
          return "closed";
        });
  }

  private interface Work {
    String run() throws SQLException;
  }

  private static String said(String what, Work work) {
    String came;
    try {
      came = work.run();
    } catch (SQLException e) {
      came = "error " + e.getErrorCode() + " " + e.getSQLState() + " " + e.getMessage();
    }
    return what + " -> " + came;
  }

  private static String answer(Statement statement, boolean rows) throws SQLException {
    StringBuilder said = new StringBuilder();
    boolean hasRows = rows;
    while (true) {
      if (hasRows) {
        try (ResultSet result = statement.getResultSet()) {
          describe(result, said);
        }
      } else if (statement.getUpdateCount() < 0) {
        break;
      } else {
        said.append("changed ").append(statement.getUpdateCount()).append("; ");
      }
      hasRows = statement.getMoreResults();
    }
    for (SQLWarning warning = statement.getWarnings();
        warning != null;
        warning = warning.getNextWarning()) {
      said.append("warning ")
          .append(warning.getErrorCode())
          .append(' ')
          .append(warning.getMessage());
    }
    return said.toString();
  }

  private static void describe(ResultSet result, StringBuilder said) throws SQLException {
    ResultSetMetaData columns = result.getMetaData();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      said.append(columns.getColumnLabel(i)).append(':').append(columns.getColumnTypeName(i));
      said.append(' ');
    }
    while (result.next()) {
      said.append('(');
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        said.append(result.getString(i)).append(',');
      }
      said.append(')');
    }
    said.append("; ");
  }
}
