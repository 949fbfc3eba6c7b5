package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.sql.MysqlLexer;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;

/** Looks for the tables that a query reads. */
final class FromClause {
  private FromClause() {}

  /** True if there is one for certain: FROM outside of brackets, and not DUAL behind it. */
  static boolean isIn(byte[] query, LexerMode mode) {
    MysqlLexer lexer = new MysqlLexer(false);
    lexer.reset(query, 0, query.length, mode);
    int depth = 0;
    for (int token = lexer.next(); token >= 0; token = lexer.next()) {
      depth += token == '(' ? 1 : token == ')' ? -1 : 0;
      if (depth == 0 && isWord(lexer, token, "from")) {
        return !isWord(lexer, lexer.next(), "dual");
      }
    }
    return false;
  }

  private static boolean isWord(Lexer lexer, int token, String expected) {
    return token == Lexer.WORD
        && expected.equalsIgnoreCase(Lexer.decode(lexer.text(), lexer.start(), lexer.end()));
  }
}
