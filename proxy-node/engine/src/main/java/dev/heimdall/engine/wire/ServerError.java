package dev.heimdall.engine.wire;

/**
 * An error or a notice, whatever protocol it came in or leaves in: what a server says of a
 * statement, or the node in its place.
 *
 * @param severity ERROR, FATAL, PANIC, WARNING or NOTICE
 * @param sqlState five characters; those of the standard and of PostgreSQL's appendix A
 * @param message one line, lower case, no full stop
 * @param detail more about this case, or null
 * @param hint what to do, or null
 * @param number what the engine itself calls it, where it numbers its errors; else 0
 * @param cause never part of what is sent
 */
public record ServerError(
    String severity,
    String sqlState,
    String message,
    String detail,
    String hint,
    int number,
    Cause cause) {

  /** Reason for an error, where its SQLSTATE has several meanings and the node knows which. */
  public enum Cause {
    /** The SQLSTATE gives the reason. */
    BY_CODE,
    /** The server could not make sense of the text: it has carried out nothing of it. */
    UNREAD,
    /** The node's own limit for the time of a statement is over. */
    TIME_LIMIT,
    /** A connection was lost on which nothing of its client's was on its way. */
    AT_REST,
    /** The node was told to end, or to be without clients, before a log-in was over. */
    NODE_STOPS
  }

  /** One that has no number. */
  public ServerError(String severity, String sqlState, String message, String detail, String hint) {
    this(severity, sqlState, message, detail, hint, 0, Cause.BY_CODE);
  }

  public static ServerError error(String sqlState, String message) {
    return new ServerError("ERROR", sqlState, message, null, null);
  }

  public static ServerError fatal(String sqlState, String message) {
    return new ServerError("FATAL", sqlState, message, null, null);
  }

  /** The client sent what its protocol does not allow. */
  public static ServerError protocolViolation(String message) {
    return fatal(Sqlstate.PROTOCOL_VIOLATION, message);
  }

  /** A statement has lost its connection to the server, or gets none. */
  public static ServerError connectionFailure(String message) {
    return error(Sqlstate.CONNECTION_FAILURE, message);
  }

  /** A log-in ends because of the node itself. */
  public static ServerError nodeStops() {
    return new ServerError(
        "FATAL",
        Sqlstate.CANNOT_CONNECT_NOW,
        "the node is stopping",
        null,
        null,
        0,
        Cause.NODE_STOPS);
  }

  public static ServerError notice(String message) {
    return new ServerError("NOTICE", Sqlstate.SUCCESSFUL_COMPLETION, message, null, null);
  }

  public ServerError withDetail(String text) {
    return new ServerError(severity, sqlState, message, text, hint, number, cause);
  }

  public ServerError withHint(String text) {
    return new ServerError(severity, sqlState, message, detail, text, number, cause);
  }

  /** Returns this error with the engine's own number. */
  public ServerError withNumber(int own) {
    return new ServerError(severity, sqlState, message, detail, hint, own, cause);
  }

  public ServerError asFatal() {
    return new ServerError("FATAL", sqlState, message, detail, hint, number, cause);
  }

  /** Returns this error with this reason. */
  public ServerError because(Cause why) {
    return new ServerError(severity, sqlState, message, detail, hint, number, why);
  }

  /** Returns this as an error of a statement, whatever else it was to its sender. */
  public ServerError asError() {
    return new ServerError("ERROR", sqlState, message, detail, hint, number, cause);
  }

  public boolean isFatal() {
    return severity.equals("FATAL") || severity.equals("PANIC");
  }

  /** True if it is meant by its SQLSTATE or by its number. */
  public boolean isCalled(String code) {
    return code.equals(sqlState) || (number != 0 && code.equals(Integer.toString(number)));
  }
}
