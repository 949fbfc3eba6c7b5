package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.WordTable;

/**
 * Finds texts of several statements of which one may change how those behind it are cut into
 * tokens: a server reads each of them when it has run the one before. Routines and blocks do not,
 * because servers put back what they change.
 */
public final class ModeChanges {
  private static final int SET = 1;
  private static final int EXECUTE = 2;

  /** Words that begin statements which change the mode, and then the settings of the first kind. */
  private static final WordTable WORDS =
      WordTable.of(
          "",
          "set",
          "execute",
          "sql_mode",
          "names",
          "character",
          "charset",
          "character_set_client");

  private ModeChanges() {}

  /**
   * True if one changes it, and what is behind that may mean something else then.
   *
   * @param mode by which the text is read up to there
   */
  public static boolean within(byte[] text, int offset, int length, LexerMode mode) {
    int end = offset + length;
    int semicolon = offset;
    while (semicolon < end && text[semicolon] != ';') {
      semicolon++;
    }
    return hasSigns(text, semicolon, end) && changes(text, offset, length, mode);
  }

  /** True if there is anything that is read in more than one way. */
  private static boolean hasSigns(byte[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = text[i];
      if (b == '\\' || b == '"' || b == '[' || b < 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean changes(byte[] text, int offset, int length, LexerMode mode) {
    MysqlLexer lexer = new MysqlLexer(false);
    lexer.reset(text, offset, length, mode);
    int first = 0;
    boolean begun = false;
    boolean found = false;
    int token = lexer.next();
    while (token != Lexer.END && token != Lexer.BROKEN) {
      if (token == ';') {
        if (found && hasSigns(text, lexer.end(), offset + length)) {
          return true;
        }
        begun = false;
        first = 0;
      } else if (token != Lexer.EXECUTABLE) {
        boolean quoted = token == Lexer.QUOTED;
        int word =
            token == Lexer.WORD || quoted
                ? WORDS.find(text, lexer.start() + (quoted ? 1 : 0), lexer.end() - (quoted ? 1 : 0))
                : 0;
        if (!begun) {
          first = word;
          begun = true;
          found |= first == EXECUTE;
        } else if (first == SET) {
          // Names outside of ASCII may be compared by a collation.
          found |=
              word > EXECUTE
                  || ((token == Lexer.WORD || quoted)
                      && hasAccents(text, lexer.start(), lexer.end()));
        }
      }
      token = lexer.next();
    }
    return false;
  }

  private static boolean hasAccents(byte[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text[i] < 0) {
        return true;
      }
    }
    return false;
  }
}
