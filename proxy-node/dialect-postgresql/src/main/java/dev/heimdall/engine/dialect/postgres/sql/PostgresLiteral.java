package dev.heimdall.engine.dialect.postgres.sql;

/** Values as PostgreSQL reads them in a statement. */
public final class PostgresLiteral {
  private PostgresLiteral() {}

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
