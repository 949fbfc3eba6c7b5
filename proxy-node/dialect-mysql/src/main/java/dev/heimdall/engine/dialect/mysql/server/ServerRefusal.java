package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.wire.ServerError;

/**
 * Meaning of the errors by which a server rejects a log-in, for the clients that wait for a
 * connection.
 */
public final class ServerRefusal {
  private static final String TOO_MANY = "53300";
  private static final String SHUTTING_DOWN = "57P01";
  private static final String NOT_NOW = "57P03";
  private static final String NOT_ALLOWED = "28000";
  private static final String UNKNOWN_DATABASE = "3D000";

  private static final int DATABASE_DENIED = 1044;
  private static final int DATABASE_UNKNOWN = 1049;

  private ServerRefusal() {}

  /** True if there is no such database, or no permission for it. */
  public static boolean ofDatabase(int error) {
    return error == DATABASE_UNKNOWN || error == DATABASE_DENIED;
  }

  /**
   * @param authenticated whether the server had let us in before
   */
  static ConnectFailure of(ServerError error, boolean authenticated) {
    return switch (error.number()) {
      case 1040, 1135 -> ConnectFailure.refused(as(TOO_MANY, error)); // no proof was requested
      case 1203, 1226 -> ConnectFailure.refusedAuthenticated(as(TOO_MANY, error));
      case DATABASE_DENIED -> ConnectFailure.refused(error);
      case DATABASE_UNKNOWN -> ConnectFailure.refused(as(UNKNOWN_DATABASE, error));
      case 1045, 1130, 1251, 1524, 1698, 1862, 3118, 3159, 4151 ->
          ConnectFailure.refused(as(NOT_ALLOWED, error));
      case 1053, 1077, 1927, 3169 -> ConnectFailure.refused(as(SHUTTING_DOWN, error));
      case 1129 -> ConnectFailure.refused(as(NOT_NOW, error)); // until FLUSH HOSTS
      default ->
          authenticated
              ? ConnectFailure.refusedAuthenticated(error)
              : ConnectFailure.refused(error);
    };
  }

  private static ServerError as(String sqlState, ServerError error) {
    return ServerError.fatal(sqlState, error.message()).withNumber(error.number());
  }
}
