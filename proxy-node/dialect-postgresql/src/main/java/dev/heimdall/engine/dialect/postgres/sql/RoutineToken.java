package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.Lexer;
import java.util.List;

/**
 * One token of the body of a function.
 *
 * @param kind as the lexer tells it
 * @param name the folded identifier of a word or of a quoted name, else null
 */
record RoutineToken(int kind, String name) {
  private static final RoutineToken NOTHING = new RoutineToken(Lexer.END, null);

  /** The one there; a token that is nothing where there is none. */
  static RoutineToken at(List<RoutineToken> tokens, int index) {
    return index < 0 || index >= tokens.size() ? NOTHING : tokens.get(index);
  }

  static boolean isLiteral(int kind) {
    return kind == Lexer.STRING
        || kind == Lexer.ESCAPE_STRING
        || kind == Lexer.UNICODE_STRING
        || kind == Lexer.DOLLAR_STRING;
  }

  boolean is(String word) {
    return kind == Lexer.WORD && name.equals(word);
  }

  boolean is(char punctuation) {
    return kind == punctuation;
  }

  boolean isLiteral() {
    return isLiteral(kind);
  }
}
