package dev.heimdall.engine.wire.postgres;

/** A peer sent bytes that the protocol does not allow; the message says which. */
public final class ProtocolException extends Exception {
  private static final long serialVersionUID = 1L;

  public ProtocolException(String message) {
    super(message, null, false, false);
  }
}
