package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;

/** Finds the statement inside of an SQL PREPARE. */
final class PreparedText {
  private PreparedText() {}

  /**
   * Returns the start of the statement in the text after the name: after the types, if there are
   * any, and AS. -1 if there is no such place.
   */
  static int begin(byte[] afterName, LexerMode lexerMode) {
    Lexer lexer = new PostgresLexer();
    lexer.reset(afterName, 0, afterName.length, lexerMode);
    int depth = 0;
    while (true) {
      int token = lexer.next();
      switch (token) {
        case Lexer.END, Lexer.BROKEN -> {
          return -1;
        }
        case '(' -> depth++;
        case ')' -> depth--;
        case Lexer.WORD -> {
          if (depth == 0) {
            boolean as = Word.find(afterName, lexer.start(), lexer.end()) == Word.AS;
            return as ? lexer.end() : -1;
          }
        }
        default -> {
          if (depth == 0) {
            return -1;
          }
        }
      }
    }
  }
}
