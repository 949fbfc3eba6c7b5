package dev.heimdall.test.tds;

/** An attention ended the request. */
final class CancelledException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CancelledException() {
    super("cancelled by an attention");
  }
}
