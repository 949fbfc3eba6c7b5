package dev.heimdall.engine.session.lease;

/** A session's statements, as far as it matters to what becomes of its server connection. */
public interface SessionStatements {
  /** The one that was sent last is going to be sent again. */
  void takeBack();

  /** No transaction is open and nothing is unanswered: settings are what was read back. */
  void settingsKnown();
}
