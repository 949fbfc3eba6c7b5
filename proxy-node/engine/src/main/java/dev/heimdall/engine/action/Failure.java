package dev.heimdall.engine.action;

import dev.heimdall.engine.jdbc.JdbcDrivers;
import dev.heimdall.engine.wire.Sqlstate;
import java.sql.SQLException;

/** Information in an exception of the driver. */
final class Failure {
  private Failure() {}

  static String sqlstate(SQLException e) {
    return e.getSQLState() == null ? Sqlstate.SYSTEM_ERROR : e.getSQLState();
  }

  /** Returns the server's message, for the statement's own client. */
  static Executed of(SQLException e) {
    String server = JdbcDrivers.fromServer(e);
    return new Executed(
        0,
        sqlstate(e),
        server == null ? "the server could not be queried" : server,
        e.getErrorCode());
  }

  static Executed uncertain() {
    return Executed.failed(
        Sqlstate.TRANSACTION_RESOLUTION_UNKNOWN,
        "the connection was lost; whether it took effect is not known");
  }

  /**
   * True if the connection is gone, so that the server's answer is not known. A server that lost a
   * connection of its own, to another one, is not meant.
   */
  static boolean isLoss(SQLException e) {
    String state = sqlstate(e);
    if (JdbcDrivers.fromServer(e) != null) {
      return state.startsWith("57P") || state.equals(Sqlstate.LINK_FAILURE);
    }
    return state.startsWith("08") || state.equals(Sqlstate.SYSTEM_ERROR);
  }

  /** True if trying again at once may help: the transaction was in another one's way. */
  static boolean isCollision(SQLException e) {
    return sqlstate(e).equals(Sqlstate.SERIALIZATION_FAILURE)
        || sqlstate(e).equals(Sqlstate.DEADLOCK_DETECTED);
  }

  /** True if a connection will not be had however often it is tried. */
  static boolean isRefusal(SQLException e) {
    String state = sqlstate(e);
    return JdbcDrivers.isRefusal(e) || state.startsWith("3D") || state.startsWith("42");
  }
}
