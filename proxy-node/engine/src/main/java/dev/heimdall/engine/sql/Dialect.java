package dev.heimdall.engine.sql;

/** Whose SQL a text is written in. */
public enum Dialect {
  POSTGRES,
  MYSQL,
  SQLSERVER;

  /** How a session that has said nothing of it has its texts cut into tokens. */
  public LexerMode usualMode() {
    return this == MYSQL ? LexerMode.MYSQL : LexerMode.STANDARD;
  }
}
