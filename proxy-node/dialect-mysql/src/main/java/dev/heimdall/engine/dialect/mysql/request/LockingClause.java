package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.sql.MysqlLexer;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import java.util.Locale;

/** Looks for rows that a query locks. */
final class LockingClause {
  private LockingClause() {}

  /** True if there may be one: FOR UPDATE, FOR SHARE or LOCK IN SHARE MODE. */
  static boolean mayBeIn(byte[] query, LexerMode mode) {
    MysqlLexer lexer = new MysqlLexer(false);
    lexer.reset(query, 0, query.length, mode);
    String before = "";
    for (int token = lexer.next(); token >= 0; token = lexer.next()) {
      String word =
          token == Lexer.WORD
              ? Lexer.decode(query, lexer.start(), lexer.end()).toLowerCase(Locale.ROOT)
              : "";
      if ((before.equals("for") && (word.equals("update") || word.equals("share")))
          || (before.equals("lock") && word.equals("in"))) {
        return true;
      }
      before = word;
    }
    return false;
  }
}
