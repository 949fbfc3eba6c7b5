package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Text that has a batch's statements run as a procedure of their own. Variables that are declared
 * ahead of them are its parameters: only of these does the optimizer know the values.
 */
public final class ProcedureText {
  /** Beginnings of what is wrapped: all else would end with the procedure, or fail in it. */
  private static final Set<String> WRAPPED =
      Set.of("select", "with", "insert", "update", "delete", "merge");

  /** Further words that begin a statement. */
  private static final Set<String> OTHERS =
      Set.of("declare", "set", "exec", "execute", "if", "while", "begin", "print", "return", "use");

  /** Types that no parameter of {@code sp_executesql} has. */
  private static final Set<String> OWN = Set.of("table", "cursor");

  private final byte[] text;
  private final Lexer lexer = new SqlServerLexer(false);
  private final Map<String, String> variables = new LinkedHashMap<>();
  private int token;

  private ProcedureText(byte[] text, LexerMode mode) {
    this.text = text;
    lexer.reset(text, 0, text.length, mode);
    advance();
  }

  /** Returns the text in the place of a batch's; null for one that has to stay as it is. */
  public static String of(byte[] batch, LexerMode mode) {
    return new ProcedureText(batch, mode).wrapped();
  }

  private void advance() {
    token = lexer.next();
  }

  private String word() {
    return token == Lexer.WORD ? written(lexer.start(), lexer.end()).toLowerCase(Locale.ROOT) : "";
  }

  private String written(int from, int to) {
    return new String(text, from, to - from, StandardCharsets.UTF_8);
  }

  private String wrapped() {
    while (true) {
      String word = word();
      if (token == ';') {
        advance();
      } else if (WRAPPED.contains(word)) {
        return wrapped(lexer.start());
      } else if (word.equals("declare")) {
        if (!declarations()) {
          return null;
        }
      } else if (word.equals("set")) {
        advance();
        if (!word().startsWith("@")) {
          return null;
        }
        toEnd(false);
      } else {
        return null;
      }
    }
  }

  /** Reads what a DECLARE declares; false for what cannot be a parameter. */
  private boolean declarations() {
    do {
      advance();
      String name = word();
      if (!name.startsWith("@")) {
        return false;
      }
      advance();
      if (word().equals("as")) {
        advance();
      }
      if (OWN.contains(word())) {
        return false;
      }
      int from = lexer.start();
      int to = from;
      for (int depth = 0; depth > 0 || !(token == '=' || endsPart()); advance()) {
        depth += token == '(' ? 1 : token == ')' ? -1 : 0;
        if (token == Lexer.END || token == Lexer.BROKEN) {
          return false;
        }
        to = lexer.end();
      }
      variables.put(name, written(from, to));
      if (token == '=') {
        toEnd(true);
      }
    } while (token == ',');
    return true;
  }

  /** True at what follows a declaration. */
  private boolean endsPart() {
    return token == ',' || endsStatement();
  }

  private boolean endsStatement() {
    String word = word();
    return token == ';'
        || token == Lexer.END
        || token == Lexer.BROKEN
        || WRAPPED.contains(word)
        || OTHERS.contains(word);
  }

  /** Passes over a value, to the end of its statement or to a comma. */
  private void toEnd(boolean orComma) {
    int depth = 0;
    do {
      advance();
      depth += token == '(' ? 1 : token == ')' ? -1 : 0;
    } while (token != Lexer.END
        && token != Lexer.BROKEN
        && (depth > 0 || !(endsStatement() || (orComma && token == ','))));
  }

  private String wrapped(int from) {
    StringBuilder sql = new StringBuilder(text.length + 64);
    sql.append(written(0, from)).append("EXEC sp_executesql ");
    literal(written(from, text.length), sql);
    if (!variables.isEmpty()) {
      StringBuilder declared = new StringBuilder();
      StringBuilder given = new StringBuilder();
      variables.forEach(
          (name, type) -> {
            declared.append(declared.isEmpty() ? "" : ", ").append(name).append(' ').append(type);
            given.append(", ").append(name).append(" = ").append(name);
          });
      literal(declared.toString(), sql.append(", "));
      sql.append(given);
    }
    return sql.toString();
  }

  private static void literal(String content, StringBuilder sql) {
    sql.append("N'").append(content.replace("'", "''")).append('\'');
  }
}
