package dev.heimdall.engine.boot;

/** The node cannot start; the message is for a person and says what to do. */
public final class StartupException extends Exception {
  private static final long serialVersionUID = 1L;

  StartupException(String message) {
    this(message, null);
  }

  StartupException(String message, Throwable cause) {
    super(message, cause);
  }
}
