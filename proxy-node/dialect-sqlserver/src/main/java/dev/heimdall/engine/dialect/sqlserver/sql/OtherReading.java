package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Another reading of a text in which servers may find other words: SQL Server has {@code @} in
 * names, and Babelfish ends them there; both end money at its last digit, take blanks beyond ASCII
 * for such, and leave out what is ahead of the dots in {@code ..name}. Used once.
 */
final class OtherReading {
  private final SqlServerLexer lexer = new SqlServerLexer(false);
  private final StringBuilder out = new StringBuilder();
  private boolean differs;

  /** True where a dot may lead on from what is ahead of it. */
  private boolean qualifies;

  /** True if money was read, which a dot and digits may go on. */
  private boolean money;

  private OtherReading() {}

  /**
   * Returns the text with blanks where words may end; null where all servers read the same in it.
   */
  static String of(byte[] sql, int offset, int length, LexerMode mode) {
    OtherReading reading = new OtherReading();
    boolean whole = reading.read(sql, offset, length, mode);
    if (!whole) {
      byte[] plain = plainBlanks(new String(sql, offset, length, StandardCharsets.UTF_8));
      reading = new OtherReading();
      reading.read(plain, 0, plain.length, mode);
      reading.differs = true;
    }
    return reading.differs ? reading.out.toString() : null;
  }

  /** Blanks of Unicode as those of ASCII, and each end of a line as one. */
  private static byte[] plainBlanks(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean blank =
          c >= 0x80
              && (Character.isSpaceChar(c)
                  || Character.isWhitespace(c)
                  || Character.getType(c) == Character.FORMAT
                  || c == 0x85);
      plain.append(c == '\r' ? '\n' : blank ? ' ' : c);
    }
    return plain.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** False where the text ends inside a token; what is behind stays as it is. */
  private boolean read(byte[] sql, int offset, int length, LexerMode mode) {
    lexer.reset(sql, offset, length, mode);
    int token = lexer.next();
    int before = offset;
    while (token >= 0) {
      if (lexer.start() > before) {
        out.append(' ');
      }
      before = lexer.end();
      token(token, Lexer.decode(sql, lexer.start(), lexer.end()));
      token = lexer.next();
    }
    if (token == Lexer.BROKEN) {
      out.append(' ').append(Lexer.decode(sql, before, offset + length));
    }
    return token != Lexer.BROKEN;
  }

  private void token(int token, String spelled) {
    boolean ofMoney = money;
    money = false;
    switch (token) {
      case '.' -> {
        if (qualifies) {
          out.append('.');
        } else {
          differs = true;
          out.append(' ');
          money = ofMoney;
        }
        return;
      }
      case Lexer.WORD -> {
        if (isOdd(spelled)) {
          differs = true;
          split(spelled);
        } else {
          out.append(spelled);
        }
        String word = spelled.toLowerCase(Locale.ROOT);
        qualifies = !money && !SqlServerSyntax.isKeyword(word);
        return;
      }
      case Lexer.NUMBER -> {
        out.append(spelled).append(ofMoney ? " " : "");
        qualifies = false;
        return;
      }
      default -> out.append(spelled);
    }
    qualifies = token == Lexer.QUOTED;
  }

  private static boolean isOdd(String word) {
    byte[] text = word.getBytes(StandardCharsets.UTF_8);
    return SqlServerPlaces.isOdd(text, 0, text.length);
  }

  /** Appends the pieces that a word may fall into. */
  private void split(String word) {
    int at = 0;
    while (at < word.length()) {
      int point = word.codePointAt(at);
      int next = at + Character.charCount(point);
      boolean sign = point == '$' ? at == 0 : !SqlServerPlaces.isInName(point);
      if (sign) {
        while (next < word.length() && Character.isDigit(word.charAt(next))) {
          next++;
        }
        out.append(' ').append(word, at + Character.charCount(point), next).append(' ');
        money = next == word.length();
      } else if (point == '@' && at > 0 && word.charAt(at - 1) != '@') {
        out.append(" @");
      } else {
        out.appendCodePoint(point);
      }
      at = next;
    }
  }
}
