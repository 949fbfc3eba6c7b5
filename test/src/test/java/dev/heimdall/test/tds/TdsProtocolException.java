package dev.heimdall.test.tds;

/** A client that does not follow MS-TDS: its connection ends. */
final class TdsProtocolException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TdsProtocolException(String message) {
    super(message);
  }
}
