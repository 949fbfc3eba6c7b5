package dev.heimdall.engine.dialect.mysql.changes;

import dev.heimdall.engine.sql.LexerMode;

/**
 * A statement that the log has as text: a definition, or what a session without row format wrote.
 *
 * @param database the session's own, empty for none
 * @param text null where it is too long, or in an unknown character set
 * @param mode how it is cut into tokens
 */
record LoggedStatement(String database, String text, LexerMode mode) {
  /** Without the text, which is confidential. */
  @Override
  public String toString() {
    return "statement in " + database;
  }
}
