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
 */
public record ServerError(
    String severity, String sqlState, String message, String detail, String hint) {

  public static ServerError error(String sqlState, String message) {
    return new ServerError("ERROR", sqlState, message, null, null);
  }

  public static ServerError fatal(String sqlState, String message) {
    return new ServerError("FATAL", sqlState, message, null, null);
  }

  /** The client sent what its protocol does not allow. */
  public static ServerError protocolViolation(String message) {
    return fatal("08P01", message);
  }

  public static ServerError notice(String message) {
    return new ServerError("NOTICE", "00000", message, null, null);
  }

  public ServerError withDetail(String text) {
    return new ServerError(severity, sqlState, message, text, hint);
  }

  public ServerError withHint(String text) {
    return new ServerError(severity, sqlState, message, detail, text);
  }

  public ServerError asFatal() {
    return new ServerError("FATAL", sqlState, message, detail, hint);
  }

  public boolean isFatal() {
    return severity.equals("FATAL") || severity.equals("PANIC");
  }
}
