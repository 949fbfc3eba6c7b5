package dev.heimdall.engine.dialect.postgres.login;

/** A peer sent bytes that the protocol does not allow; the message says which. */
final class ProtocolException extends Exception {
  private static final long serialVersionUID = 1L;

  public ProtocolException(String message) {
    super(message, null, false, false);
  }
}
