package dev.heimdall.engine.wire.sqlserver;

/** Bytes that are none of the protocol's: the connection that they came on is of no more use. */
public final class TdsProtocolException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TdsProtocolException(String message) {
    super(message);
  }
}
