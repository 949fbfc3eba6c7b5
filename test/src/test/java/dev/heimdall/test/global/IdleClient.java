package dev.heimdall.test.global;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A client that connects, and does nothing but ask now and then whether its session is there. */
final class IdleClient {
  private final int number;
  private final Region region;
  private final Sql sql;
  private final Connection connection;

  IdleClient(int number, Region region, WorkingClient.Doors doors) throws SQLException {
    this.number = number;
    this.region = region;
    sql = doors.sql();
    connection = doors.connect(region, region);
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql.setMark());
    }
  }

  Region region() {
    return region;
  }

  /** Whether its session is there, with what it was told. */
  Idle ask() {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql.getMark())) {
      rows.next();
      String answer = rows.getString(1);
      return new Idle(
          number, region, sql.mark().equals(answer) ? "" : "another session: " + answer);
    } catch (SQLException e) {
      return new Idle(number, region, WorkingClient.said(e));
    }
  }

  void end() {
    try {
      connection.close();
    } catch (SQLException lost) {
      // Its session has ended with its node.
    }
  }
}
