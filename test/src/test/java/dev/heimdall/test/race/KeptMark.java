package dev.heimdall.test.race;

import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Waits for writes by another one behind them, of a row that is kept. */
final class KeptMark implements AutoCloseable {
  private static final String READ = "SELECT GROUP_CONCAT(n) FROM logged_mark WHERE id = 1";

  private final Connection server;
  private final Connection node;
  private int number;

  KeptMark(Connection server, Connection node) throws SQLException {
    this.server = server;
    this.node = node;
    write("DROP TABLE IF EXISTS logged_mark");
    write("CREATE TABLE logged_mark (id INT PRIMARY KEY, n INT)");
    write("INSERT INTO logged_mark VALUES (1, 0)");
  }

  private void write(String sql) throws SQLException {
    try (Statement statement = server.createStatement()) {
      statement.execute(sql);
    }
  }

  private int read() throws SQLException {
    try (Statement statement = node.createStatement();
        ResultSet row = statement.executeQuery(READ)) {
      row.next();
      return row.getInt(1);
    }
  }

  void await() {
    Await.until("the mark is kept", () -> KeyJudge.isCached(node, READ));
    number++;
    try {
      write("UPDATE logged_mark SET n = " + number);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    Await.until("the mark is heard of", () -> read() == number);
  }

  @Override
  public void close() throws SQLException {
    write("DROP TABLE logged_mark");
    server.close();
    node.close();
  }
}
