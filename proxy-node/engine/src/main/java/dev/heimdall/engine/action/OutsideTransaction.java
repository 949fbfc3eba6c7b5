package dev.heimdall.engine.action;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** Carries a text out outside of a transaction, on a connection that is as new afterwards. */
final class OutsideTransaction {
  private OutsideTransaction() {}

  /** Makes the text, with the session's variables set. */
  interface Text {
    String on(Connection connection) throws SQLException;
  }

  /**
   * Blocks until it is done.
   *
   * @throws SQLException when the connection was lost before the text was sent
   */
  static Executed execute(
      Connections.Lease lease, ActionProtocol protocol, Map<String, String> settings, Text text)
      throws SQLException {
    Connection connection = lease.connection();
    try (Statement statement = connection.createStatement()) {
      connection.setAutoCommit(true);
      protocol.apply(connection, settings, false);
      statement.setEscapeProcessing(false);
      Executed executed = execute(statement, text.on(connection));
      clean(lease, protocol, executed);
      return executed;
    } catch (SQLException e) {
      lease.discard();
      if (Failure.isLoss(e)) {
        throw e;
      }
      return Failure.of(e);
    }
  }

  private static void clean(Connections.Lease lease, ActionProtocol protocol, Executed executed) {
    if (executed.succeeded()) {
      try {
        if (protocol.clean(lease.connection(), false)) {
          return;
        }
      } catch (SQLException e) {
        // What was done is done; the connection is not used again.
      }
    }
    lease.discard();
  }

  private static Executed execute(Statement statement, String text) {
    try {
      boolean rows = statement.execute(text);
      return Executed.rows(rows ? 0 : Math.max(0, statement.getLargeUpdateCount()));
    } catch (SQLException e) {
      return Failure.isLoss(e) ? Failure.uncertain() : Failure.of(e);
    }
  }
}
