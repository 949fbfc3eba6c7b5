package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;

/** Words by which a text may end a transaction, by itself or by code that it runs. */
public final class TransactionWords {
  private TransactionWords() {}

  /** True if one of them is there, or the text ends inside a token. */
  public static boolean in(byte[] sql, LexerMode mode) {
    SqlServerLexer lexer = new SqlServerLexer(false);
    lexer.reset(sql, 0, sql.length, mode);
    int token = lexer.next();
    while (token >= 0) {
      if (token == Lexer.WORD) {
        switch (SqlServerWord.find(lexer.text(), lexer.start(), lexer.end())) {
          case COMMIT, ROLLBACK, EXEC, EXECUTE -> {
            return true;
          }
          default -> {}
        }
      }
      token = lexer.next();
    }
    return token == Lexer.BROKEN;
  }
}
