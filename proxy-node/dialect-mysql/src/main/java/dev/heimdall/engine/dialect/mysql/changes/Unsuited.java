package dev.heimdall.engine.dialect.mysql.changes;

/** The log of a server cannot be followed until somebody changes something; says what. */
final class Unsuited extends Exception {
  private static final long serialVersionUID = 1L;

  Unsuited(String message) {
    super(message);
  }
}
