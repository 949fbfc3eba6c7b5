package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.MysqlLexer;

/** Looks for the tables that a query reads. */
final class FromClause {
  private static final byte[] NONE = {};

  private final MysqlLexer lexer = new MysqlLexer(false);

  /** Whether there is one for certain: FROM outside of brackets, and not DUAL behind it. */
  boolean isIn(byte[] query, LexerMode mode) {
    try {
      return isIn(query, query.length, mode);
    } finally {
      lexer.reset(NONE, 0, 0, mode); // it would keep the text until the next one
    }
  }

  private boolean isIn(byte[] query, int length, LexerMode mode) {
    lexer.reset(query, 0, length, mode);
    int depth = 0;
    for (int token = lexer.next(); token >= 0; token = lexer.next()) {
      depth += token == '(' ? 1 : token == ')' ? -1 : 0;
      if (depth == 0 && isWord(token, "from")) {
        return !isWord(lexer.next(), "dual");
      }
    }
    return false;
  }

  private boolean isWord(int token, String expected) {
    return token == Lexer.WORD
        && expected.equalsIgnoreCase(Lexer.decode(lexer.text(), lexer.start(), lexer.end()));
  }
}
