package dev.heimdall.test.tds;

/** An error of a statement, as the client gets it. */
final class SqlErrorException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient SqlError error;

  SqlErrorException(SqlError error) {
    super(error.message());
    this.error = error;
  }

  SqlErrorException(int number, int severity, String message) {
    this(SqlError.of(number, severity, message));
  }

  SqlError error() {
    return error;
  }

  /** Ends the batch, whatever XACT_ABORT is: names that do not resolve, conversions, deadlocks. */
  boolean endsBatch() {
    return switch (error.number()) {
      case 102, 137, 156, 208, 241, 245, 248, 1205, 8114, 3609 -> true;
      default -> error.severity() > 16;
    };
  }
}
