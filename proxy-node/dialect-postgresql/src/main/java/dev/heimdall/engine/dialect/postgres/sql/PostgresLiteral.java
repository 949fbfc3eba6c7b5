package dev.heimdall.engine.dialect.postgres.sql;

import java.util.regex.Pattern;

/** Values as PostgreSQL reads them in a statement. */
public final class PostgresLiteral {
  /** The server cuts a value of application_name to so many bytes, and cleans it then. */
  public static final int NAME_MAX = 63;

  /** Such a byte, with the backslash of its escape as a literal has it. */
  private static final Pattern CLEANED_IN_LITERAL =
      Pattern.compile("\\\\\\\\x([89a-f][0-9a-f]|[01][0-9a-f]|7f)");

  private PostgresLiteral() {}

  /**
   * Appends a setting's value as the server reports it: a longer application_name was cleaned, each
   * byte but printable ASCII as \xNN, and has to be given as it was before.
   */
  public static void append(StringBuilder sql, String setting, String value) {
    if (value.length() <= NAME_MAX || !setting.equals("application_name")) {
      append(sql, value);
      return;
    }
    StringBuilder literal = new StringBuilder(value.length() + 8);
    append(literal, value);
    sql.append(CLEANED_IN_LITERAL.matcher(literal).replaceAll("\\\\x$1"));
  }

  /** Appends a text that means the same whatever standard_conforming_strings says. */
  public static void append(StringBuilder sql, String value) {
    boolean escaped = value.indexOf('\\') >= 0;
    if (escaped) {
      sql.append(" E");
    }
    sql.append('\'');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\'' || c == '\\') {
        sql.append(c);
      }
      sql.append(c);
    }
    sql.append('\'');
  }
}
