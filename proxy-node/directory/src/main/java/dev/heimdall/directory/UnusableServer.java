package dev.heimdall.directory;

/** A server did not decide: the next one is asked. The message is for operators. */
final class UnusableServer extends Exception {
  private static final long serialVersionUID = 1;

  UnusableServer(String message, Throwable cause) {
    super(message, cause);
  }
}
