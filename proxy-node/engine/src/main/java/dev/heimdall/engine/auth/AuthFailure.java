package dev.heimdall.engine.auth;

/**
 * Why a log-in is refused, as the client is told it: the fields of PostgreSQL's ErrorResponse,
 * always with severity FATAL. No field ever holds key material or a password.
 *
 * @param sqlState five characters, for instance {@code 28P01}
 * @param message one line without a full stop
 * @param detail more for whoever reads the client's log; may be null
 * @param hint what to do; may be null
 */
public record AuthFailure(String sqlState, String message, String detail, String hint) {

  static final String PROTOCOL_VIOLATION = "08P01";
  static final String FEATURE_NOT_SUPPORTED = "0A000";
  static final String INVALID_AUTHORIZATION = "28000";
  static final String INVALID_PASSWORD = "28P01";

  static AuthFailure of(String sqlState, String message) {
    return new AuthFailure(sqlState, message, null, null);
  }

  /** Also said of a user who does not exist: a stranger must not learn which of the two it was. */
  public static AuthFailure wrongPassword(String user) {
    return of(INVALID_PASSWORD, "password authentication failed for user \"" + user + "\"");
  }
}
