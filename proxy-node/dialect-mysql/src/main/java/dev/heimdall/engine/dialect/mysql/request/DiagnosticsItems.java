package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.sql.MysqlLexer;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Says by SET what GET DIAGNOSTICS would answer where a statement has left nothing but a number.
 */
final class DiagnosticsItems {
  private DiagnosticsItems() {}

  /**
   * @param start where the statement begins in the text
   * @param end where it ends
   * @return null where it is none that gives user variables the number of rows, and that of
   *     conditions, of which there are none; else each sign stands for a byte
   */
  static String asSet(byte[] text, int start, int end, long rows, LexerMode mode) {
    MysqlLexer lexer = new MysqlLexer(false);
    lexer.reset(text, start, end - start, mode);
    lexer.next();
    int token = lexer.next();
    if (isWord(lexer, token, "current")) {
      token = lexer.next();
    }
    if (!isWord(lexer, token, "diagnostics")) {
      return null;
    }
    ByteArrayOutputStream set = new ByteArrayOutputStream(64);
    String separator = "SET ";
    do {
      token = lexer.next();
      int from = lexer.start();
      int to = from;
      while (token >= 0 && token != '=' && token != ',') {
        to = lexer.end();
        token = lexer.next();
      }
      int item = token == '=' ? lexer.next() : Lexer.BROKEN;
      String value =
          isWord(lexer, item, "row_count")
              ? Long.toString(rows)
              : isWord(lexer, item, "number") ? "CAST(0 AS UNSIGNED)" : null;
      if (value == null || text[from] != '@') {
        return null;
      }
      set.writeBytes(separator.getBytes(StandardCharsets.US_ASCII));
      set.write(text, from, to - from);
      set.writeBytes(("=" + value).getBytes(StandardCharsets.US_ASCII));
      separator = ",";
      token = lexer.next();
    } while (token == ',');
    return token == Lexer.END ? set.toString(StandardCharsets.ISO_8859_1) : null;
  }

  private static boolean isWord(Lexer lexer, int token, String expected) {
    return token == Lexer.WORD
        && expected.equalsIgnoreCase(Lexer.decode(lexer.text(), lexer.start(), lexer.end()));
  }
}
