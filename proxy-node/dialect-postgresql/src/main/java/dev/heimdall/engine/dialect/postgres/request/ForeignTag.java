package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.foreign.ForeignOutcome;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import java.util.Locale;

/** Command tags of statements that another engine has carried out. */
final class ForeignTag {
  private ForeignTag() {}

  /** The tag that PostgreSQL would give the statement, as far as it has such statements. */
  static String of(StatementFacts facts, String sql, ForeignOutcome outcome) {
    int at = begin(sql);
    String first = word(sql, at);
    String verb = facts.kind() == StatementKind.DML && first.equals("WITH") ? "UPDATE" : first;
    return switch (verb) {
      case "INSERT", "REPLACE" -> "INSERT 0 " + outcome.rows();
      case "UPDATE", "DELETE", "MERGE" -> verb + " " + outcome.rows();
      default ->
          outcome.result()
              ? "SELECT " + outcome.rows()
              : facts.kind() == StatementKind.DDL
                  ? (first + " " + word(sql, space(sql, at + first.length()))).strip()
                  : first;
    };
  }

  /** Behind white space and comments. */
  private static int begin(String sql) {
    int at = space(sql, 0);
    while (at < sql.length()) {
      int end;
      if (sql.startsWith("/*", at)) {
        end = sql.indexOf("*/", at + 2);
        end = end < 0 ? sql.length() : end + 2;
      } else if (sql.startsWith("--", at) || sql.charAt(at) == '#') {
        end = sql.indexOf('\n', at);
        end = end < 0 ? sql.length() : end + 1;
      } else if (sql.charAt(at) == '(') {
        end = at + 1;
      } else {
        return at;
      }
      at = space(sql, end);
    }
    return at;
  }

  private static int space(String sql, int from) {
    int at = from;
    while (at < sql.length() && Character.isWhitespace(sql.charAt(at))) {
      at++;
    }
    return at;
  }

  private static String word(String sql, int from) {
    int to = from;
    while (to < sql.length() && Character.isLetter(sql.charAt(to))) {
      to++;
    }
    return sql.substring(from, to).toUpperCase(Locale.ROOT);
  }
}
