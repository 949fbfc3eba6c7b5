package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.ByteClass;
import dev.heimdall.engine.sql.Lexer;

/**
 * The tokens of MySQL and MariaDB. The content of a comment that the server runs is cut into tokens
 * like the rest, after {@link Lexer#EXECUTABLE}; its end shows as {@code *} and {@code /}.
 */
public final class MysqlLexer extends Lexer {
  /** The class of a byte; never written to. */
  private static final byte[] CLASSES = ByteClass.classes();

  /** True if a byte may go on in an identifier; never written to. */
  private static final boolean[] IN_WORD = ByteClass.inWord();

  private final boolean reportsHints;

  public MysqlLexer(boolean reportsHints) {
    this.reportsHints = reportsHints;
  }

  @Override
  public int next() {
    byte[] s = text;
    int stop = limit;
    int p = position;
    boolean afterDot = p == end && p > start && end - start == 1 && s[start] == '.';
    while (p < stop) {
      int c = s[p] & 0xff;
      if (CLASSES[c] == ByteClass.SPACE) {
        p++;
        continue;
      }
      int following = p + 1 < stop ? s[p + 1] & 0xff : 0;
      if (c == '#' || (c == '-' && following == '-' && endsMarker(p + 2))) {
        p = lineEnd(p + 1);
        continue;
      }
      if (c == '/' && following == '*') {
        int marker = executable(p);
        if (marker > 0) {
          return token(EXECUTABLE, p, marker);
        }
        int after = commentEnd(p + 2);
        if (after < 0) {
          return broken(p);
        }
        if (reportsHints && s[p + 2] == '+') {
          return hint(p, after);
        }
        p = after;
        continue;
      }
      return visible(p, c, following, afterDot);
    }
    return token(END, stop, stop);
  }

  private int visible(int p, int c, int following, boolean afterDot) {
    switch (c) {
      case '\'':
        return string(p, p + 1, c, escapes);
      case '"':
        return mode.quotedNames() ? delimited(p, p + 1, c, QUOTED) : string(p, p + 1, c, escapes);
      case '`':
        return delimited(p, p + 1, '`', QUOTED);
      case '?':
        return token(PARAMETER, p, p + 1);
      case 'n', 'N':
        return following == '\'' ? string(p, p + 2, '\'', escapes) : word(p);
      case 'x', 'X', 'b', 'B':
        return following == '\'' ? bits(p) : word(p);
      case '.':
        return ByteClass.isDigit(following)
                && !(p == end && end > start && isNameEnd(text[p - 1] & 0xff))
            ? number(p)
            : token('.', p, p + 1);
      default:
        if (ByteClass.isDigit(c)) {
          return afterDot ? word(p) : number(p);
        }
        return IN_WORD[c] ? word(p) : token(c, p, p + 1);
    }
  }

  private int word(int from) {
    int p = from;
    while (p < limit && IN_WORD[text[p] & 0xff]) {
      p++;
    }
    return token(WORD, from, p);
  }

  /** Of digits, so that the next quote ends it, whatever follows. */
  private int bits(int from) {
    int p = from + 2;
    while (p < limit && text[p] != '\'') {
      p++;
    }
    if (p == limit) {
      return broken(from);
    }
    plain = true;
    contentStart = from + 2;
    contentEnd = p;
    return token(BIT_STRING, from, p + 1);
  }

  private int string(int from, int content, int quote, boolean backslashEscapes) {
    int token = backslashEscapes ? ESCAPE_STRING : STRING;
    return literal(from, content, quote, backslashEscapes, false, token);
  }

  /** A number, or a name that begins like one: {@code 1st}. */
  private int number(int from) {
    byte[] s = text;
    int stop = limit;
    int p = from;
    if (s[p] == '0' && p + 1 < stop && (s[p + 1] == 'x' || s[p + 1] == 'b')) {
      p += 2;
      while (p < stop && ByteClass.isHex(s[p])) {
        p++;
      }
      return p == from + 2 ? word(from) : numberUnlessName(from, p);
    }
    p = digits(p);
    boolean fraction = p < stop && s[p] == '.';
    if (fraction) {
      p = digits(p + 1);
    }
    if (p + 1 < stop && ByteClass.lower(s[p]) == 'e') {
      int exponent = s[p + 1] == '+' || s[p + 1] == '-' ? p + 2 : p + 1;
      if (exponent < stop && ByteClass.isDigit(s[exponent])) {
        return token(NUMBER, from, digits(exponent)); // and a name may follow at once
      }
    }
    return fraction ? token(NUMBER, from, p) : numberUnlessName(from, p);
  }

  private int numberUnlessName(int from, int to) {
    return to < limit && IN_WORD[text[to] & 0xff] ? word(from) : token(NUMBER, from, to);
  }

  /** Two dashes begin a comment only if white space, a control character or nothing follows. */
  private boolean endsMarker(int p) {
    return p >= limit || (text[p] >= 0 && text[p] <= ' ') || text[p] == 0x7f;
  }

  /** Past the opening of a comment whose content is run; -1 for any other. */
  private int executable(int from) {
    int p = from + 2;
    if (p < limit && text[p] == 'M') {
      p++;
    }
    if (p >= limit || text[p] != '!') {
      return -1;
    }
    return digits(p + 1);
  }

  private int commentEnd(int from) {
    byte[] s = text;
    for (int p = from; p + 1 < limit; p++) {
      if (s[p] == '*' && s[p + 1] == '/') {
        return p + 2;
      }
    }
    return -1;
  }

  private int lineEnd(int from) {
    int p = from;
    while (p < limit && text[p] != '\n') {
      p++;
    }
    return p;
  }

  private static boolean isNameEnd(int c) {
    return IN_WORD[c] || c == '`';
  }
}
