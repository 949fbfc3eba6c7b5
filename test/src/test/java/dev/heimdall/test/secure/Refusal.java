package dev.heimdall.test.secure;

import java.sql.SQLException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * How a log-in, or the first statement after it, was refused.
 *
 * @param severity FATAL or ERROR
 */
record Refusal(String severity, String sqlState, String message, String detail) {

  static Refusal fatal(String sqlState, String message) {
    return new Refusal("FATAL", sqlState, message, null);
  }

  /** What pgjdbc is told; an error that the driver made up itself fails. */
  static Refusal of(int port, String database, String user, String password, String... properties) {
    try {
      SecureServer.jdbc(port, database, user, password, properties).close();
    } catch (PSQLException e) {
      ServerErrorMessage error = e.getServerErrorMessage();
      if (error == null) {
        throw new AssertionError("the driver's own error", e);
      }
      return new Refusal(
          error.getSeverity(), error.getSQLState(), error.getMessage(), error.getDetail());
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    throw new AssertionError(user + " was let in");
  }
}
