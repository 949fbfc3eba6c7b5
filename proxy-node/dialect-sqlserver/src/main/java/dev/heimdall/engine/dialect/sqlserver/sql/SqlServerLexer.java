package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.ByteClass;
import dev.heimdall.engine.sql.Lexer;
import java.util.Arrays;

/**
 * SQL Server's tokens, of text that came as UTF-8. Variables and temporary tables are words, with
 * the {@code @} and {@code #} that they begin with.
 */
final class SqlServerLexer extends Lexer {
  /** The class of a byte; never written to. */
  private static final byte[] CLASSES = classes();

  /** True if a byte may go on in an identifier; never written to. */
  private static final boolean[] IN_WORD = ByteClass.inWord();

  private final boolean reportsHints;

  SqlServerLexer(boolean reportsHints) {
    this.reportsHints = reportsHints;
  }

  /** All that is no character counts as blank: servers take some of it for such, or reject it. */
  private static byte[] classes() {
    byte[] classes = ByteClass.classes();
    Arrays.fill(classes, 0, ' ' + 1, ByteClass.SPACE);
    return classes;
  }

  @Override
  public int next() {
    byte[] s = text;
    int stop = limit;
    int p = position;
    while (p < stop) {
      int c = s[p] & 0xff;
      if (CLASSES[c] == ByteClass.SPACE) {
        p++;
        continue;
      }
      int following = p + 1 < stop ? s[p + 1] & 0xff : 0;
      if (c == '-' && following == '-') {
        int after = lineEnd(p + 2);
        if (after < 0) {
          return broken(p);
        }
        p = after;
        continue;
      }
      if (c == '/' && following == '*') {
        int after = nestedCommentEnd(p + 2);
        if (after < 0) {
          return broken(p);
        }
        if (reportsHints && s[p + 2] == '+') {
          return hint(p, after);
        }
        p = after;
        continue;
      }
      return visible(p, c, following);
    }
    return token(END, stop, stop);
  }

  private int visible(int p, int c, int following) {
    switch (c) {
      case '\'':
        return delimited(p, p + 1, '\'', STRING);
      case '"':
        return delimited(p, p + 1, '"', QUOTED);
      case '[':
        return delimited(p, p + 1, ']', QUOTED);
      case '?':
        return token(PARAMETER, p, p + 1);
      case 'n', 'N':
        return following == '\'' ? delimited(p, p + 2, '\'', STRING) : word(p);
      case '$':
        return ByteClass.isDigit(following) || following == '.' ? number(p + 1, p) : word(p);
      case '.':
        return ByteClass.isDigit(following) ? number(p, p) : token('.', p, p + 1);
      default:
        if (ByteClass.isDigit(c)) {
          return number(p, p);
        }
        return isInWord(c) ? word(p) : token(c, p, p + 1);
    }
  }

  private int word(int from) {
    int p = from;
    do {
      if (text[p] < 0 && isSpace(p)) {
        return broken(from);
      }
      p++;
    } while (p < limit && isInWord(text[p] & 0xff));
    return token(WORD, from, p);
  }

  /**
   * True if a character beyond ASCII is one of Unicode's spaces, which a server may read as the end
   * of a word, or U+FFFD, which stands for what could not be read.
   */
  private boolean isSpace(int at) {
    int second = at + 1 < limit ? text[at + 1] & 0xff : 0;
    int third = at + 2 < limit ? text[at + 2] & 0xff : 0;
    return switch (text[at] & 0xff) {
      case 0xc2 -> second == 0x85 || second == 0xa0;
      case 0xe1 -> (second == 0x9a && third == 0x80) || (second == 0xa0 && third == 0x8e);
      case 0xe2 ->
          (second == 0x80 && (third <= 0x8f || (third >= 0xa8 && third <= 0xaf)))
              || (second == 0x81 && (third == 0x9f || third == 0xa0));
      case 0xe3 -> second == 0x80 && third == 0x80;
      case 0xef -> second == 0xbb && third == 0xbf || second == 0xbf && third == 0xbd;
      default -> false;
    };
  }

  private int number(int digits, int from) {
    byte[] s = text;
    int stop = limit;
    int p = digits;
    if (s[p] == '0' && p + 1 < stop && ByteClass.lower(s[p + 1]) == 'x') {
      p += 2;
      while (p < stop && ByteClass.isHex(s[p])) {
        p++;
      }
      return endsNumber(p) ? token(NUMBER, from, p) : broken(from);
    }
    p = digits(p);
    if (p < stop && s[p] == '.') {
      p = digits(p + 1);
    }
    if (p < stop && ByteClass.lower(s[p]) == 'e') {
      p++;
      if (p < stop && (s[p] == '+' || s[p] == '-')) {
        p++;
      }
      int exponent = p;
      p = digits(p);
      if (p == exponent && !endsNumber(p)) {
        return broken(from);
      }
    }
    return token(NUMBER, from, p);
  }

  /** False where letters follow that servers may take for a part of the number, or not. */
  private boolean endsNumber(int at) {
    return at >= limit || !isInWord(text[at] & 0xff);
  }

  /** -1 where a lone carriage return leaves open whether the line is over. */
  private int lineEnd(int from) {
    byte[] s = text;
    int stop = limit;
    int p = from;
    while (p < stop && s[p] != '\n') {
      if (s[p] == '\r' && (p + 1 >= stop || s[p + 1] != '\n')) {
        return -1;
      }
      p++;
    }
    return p;
  }

  private static boolean isInWord(int c) {
    return IN_WORD[c] || c == '@' || c == '#';
  }
}
