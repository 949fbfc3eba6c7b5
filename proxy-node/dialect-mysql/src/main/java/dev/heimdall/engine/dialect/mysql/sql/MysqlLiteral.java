package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.LexerMode;

/** Names and texts as MySQL and MariaDB read them in a statement. */
public final class MysqlLiteral {
  private MysqlLiteral() {}

  /** The name in backticks, which mean the same in every sql_mode. */
  public static String name(String name) {
    return '`' + name.replace("`", "``") + '`';
  }

  /**
   * The text in quotes.
   *
   * @param mode how the session reads texts
   */
  public static String text(String text, LexerMode mode) {
    String doubled = text.replace("'", "''");
    return "'" + (mode.backslashEscapes() ? doubled.replace("\\", "\\\\") : doubled) + "'";
  }
}
