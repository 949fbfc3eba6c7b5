package dev.heimdall.configsync;

/** A run has failed as a whole and should be tried again; the message says what to do. */
final class SyncException extends Exception {
  private static final long serialVersionUID = 1;

  SyncException(String message) {
    super(message);
  }
}
