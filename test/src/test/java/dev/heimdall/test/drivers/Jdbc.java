package dev.heimdall.test.drivers;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Short forms for what the behaviours do again and again. */
final class Jdbc {
  private Jdbc() {}

  static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  static void table(Connection connection, String name, String columns) throws SQLException {
    execute(
        connection, "DROP TABLE IF EXISTS " + name, "CREATE TABLE " + name + " (" + columns + ")");
  }

  /** The first column of all rows, as text. */
  static List<String> column(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      List<String> column = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          column.add(rows.getString(1));
        }
      }
      return column;
    }
  }

  /** The only value of the only row, as text. */
  static String one(Connection connection, String sql, Object... values) throws SQLException {
    List<String> column = column(connection, sql, values);
    if (column.size() != 1) {
      throw new SQLException(column.size() + " rows instead of 1 from " + sql);
    }
    return column.get(0);
  }

  /** What the server says of an action that must fail with this SQLSTATE. */
  static ServerErrorMessage fails(String sqlState, ThrowingCallable action) {
    SQLException e = catchThrowableOfType(SQLException.class, action);
    if (e == null) {
      throw new AssertionError("expected SQLSTATE " + sqlState + ", but it succeeded");
    }
    if (!sqlState.equals(e.getSQLState())) {
      throw new AssertionError("expected SQLSTATE " + sqlState + ", got " + e.getSQLState(), e);
    }
    return e instanceof PSQLException server ? server.getServerErrorMessage() : null;
  }

  interface Client {
    void run(int number) throws Exception;
  }

  /** Runs clients 0 to count - 1 at the same time; throws the first failure. */
  static void atOnce(int count, Client client) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      List<Future<Void>> running = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i;
        running.add(
            threads.submit(
                () -> {
                  client.run(number);
                  return null;
                }));
      }
      for (Future<Void> each : running) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
