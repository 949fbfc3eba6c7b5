package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.sql.MysqlLexer;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;

/** Looks for what kind of change a statement makes. */
final class FirstWord {
  private FirstWord() {}

  /** True if it is UPDATE or DELETE for certain, which give no row a generated id. */
  static boolean insertsNothing(byte[] statement, LexerMode mode) {
    MysqlLexer lexer = new MysqlLexer(false);
    lexer.reset(statement, 0, statement.length, mode);
    if (lexer.next() != Lexer.WORD) {
      return false;
    }
    String word = Lexer.decode(statement, lexer.start(), lexer.end());
    return word.equalsIgnoreCase("update") || word.equalsIgnoreCase("delete");
  }
}
