package dev.heimdall.engine.dialect.postgres.sql;

import java.util.List;
import java.util.Random;

/** Makes many spellings of one statement, from a seed. */
final class SqlGenerator {
  private static final List<String> GAPS =
      List.of(
          " ",
          "  ",
          "\n",
          "\t",
          "\r\n",
          " /* x */ ",
          "/**/",
          "/* /* ' */ $$ \" ; */",
          "-- '; SET zz = 1\n",
          " --\n",
          "/* set_config('zz', '1', false) */",
          "\f");

  private final Random random;

  SqlGenerator(long seed) {
    random = new Random(seed);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  <T> T oneOf(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /**
   * The template in another spelling: each space becomes white space or comments, each {@code _}
   * one or none of them, and letters outside of quotes change their case. Templates use {@code #}
   * for an underscore.
   */
  String spelling(String template) {
    StringBuilder sql = new StringBuilder();
    char quote = 0;
    for (char c : template.toCharArray()) {
      if (quote != 0) {
        sql.append(c);
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
        sql.append(c);
      } else if (c == ' ') {
        sql.append(gap());
      } else if (c == '_') {
        sql.append(random.nextBoolean() ? "" : gap());
      } else {
        sql.append(random.nextBoolean() ? Character.toUpperCase(c) : Character.toLowerCase(c));
      }
    }
    return sql.toString().replace('#', '_');
  }

  String gap() {
    StringBuilder gap = new StringBuilder();
    do {
      gap.append(oneOf(GAPS));
    } while (random.nextInt(3) == 0);
    return gap.toString();
  }

  /**
   * The text where it is no statement: in a literal, a quoted name or a comment, as an expression
   * of a SELECT.
   */
  String hidden(String sql) {
    return switch (random.nextInt(7)) {
      case 0 -> "'" + sql.replace("'", "''") + "'";
      case 1 -> "E'" + sql.replace("\\", "\\\\").replace("'", "\\'") + "'";
      case 2 -> "$x$" + sql + "$x$";
      case 3 -> "$$" + sql.replace("$$", "") + "$$";
      case 4 -> "1 AS \"" + sql.replace("\"", "\"\"") + "\"";
      case 5 -> "1 /* " + sql.replace("*/", "").replace("/*", "") + " */";
      default -> "1 -- " + sql.replace('\n', ' ').replace('\r', ' ') + "\n";
    };
  }
}
