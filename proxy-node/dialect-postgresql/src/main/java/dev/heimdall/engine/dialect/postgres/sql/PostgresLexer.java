package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.ByteClass;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.Operators;
import java.nio.charset.StandardCharsets;

/** PostgreSQL's tokens. */
public final class PostgresLexer extends Lexer {
  static final Operators OPERATORS = new Operators("~!@#%^&|`?+-*/<>=", "~!@#%^&|`?");

  /** The class of a byte; never written to. */
  private static final byte[] CLASSES = ByteClass.classes();

  /** True if a byte may go on in an identifier; never written to. */
  private static final boolean[] IN_WORD = ByteClass.inWord();

  /** ASCII capitals made small; never written to. */
  private static final byte[] LOWER = ByteClass.small();

  private static final byte[] TEMPORARY_SCHEMA = "pg_temp".getBytes(StandardCharsets.US_ASCII);

  private final boolean reportsHints;

  public PostgresLexer() {
    this(false);
  }

  public PostgresLexer(boolean reportsHints) {
    this.reportsHints = reportsHints;
  }

  @Override
  public int next() {
    byte[] s = text;
    int stop = limit;
    int p = position;
    while (p < stop) {
      int c = s[p] & 0xff;
      byte kind = CLASSES[c];
      if (kind == ByteClass.SPACE) {
        p++;
        continue;
      }
      if (kind == ByteClass.LETTER) {
        return word(p);
      }
      switch (kind) {
        case ByteClass.LITERAL_PREFIX:
          return wordOrPrefixedLiteral(p);
        case ByteClass.DIGIT:
          return number(p);
        case ByteClass.APOSTROPHE:
          return escapes ? string(p, p + 1, true, ESCAPE_STRING) : string(p, p + 1, false, STRING);
        case ByteClass.QUOTE:
          return delimited(p, p + 1, '"', QUOTED);
        case ByteClass.DOLLAR:
          return dollar(p);
        case ByteClass.MINUS:
          if (p + 1 < stop && s[p + 1] == '-') {
            p = lineEnd(p + 2);
            continue;
          }
          break;
        case ByteClass.SLASH:
          if (p + 1 < stop && s[p + 1] == '*') {
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
          break;
        case ByteClass.DOT:
          if (p + 1 < stop && CLASSES[s[p + 1] & 0xff] == ByteClass.DIGIT) {
            return number(p);
          }
          break;
        default:
          break;
      }
      return token(c, p, p + 1);
    }
    return token(END, stop, stop);
  }

  /**
   * True if the current token, of a search path, puts temporary objects on it, or could, being
   * written with escapes.
   */
  public boolean mayNameTemporarySchema(int token) {
    return switch (token) {
      case STRING, QUOTED, DOLLAR_STRING -> contentMentions(TEMPORARY_SCHEMA);
      case ESCAPE_STRING, UNICODE_STRING, UNICODE_QUOTED ->
          !plain() || contentMentions(TEMPORARY_SCHEMA);
      default -> false;
    };
  }

  private int word(int from) {
    byte[] s = text;
    int stop = limit;
    int p = from + 1;
    while (p < stop && IN_WORD[s[p] & 0xff]) {
      p++;
    }
    start = from;
    end = p;
    position = p;
    return WORD;
  }

  private int wordOrPrefixedLiteral(int from) {
    if (from + 1 < limit) {
      byte next = text[from + 1];
      int prefix = LOWER[text[from] & 0xff];
      if (next == '\'' && prefix != 'u') {
        return prefix == 'e'
            ? string(from, from + 2, true, ESCAPE_STRING)
            : string(from, from + 2, false, BIT_STRING);
      }
      if (next == '&' && prefix == 'u' && from + 2 < limit) {
        if (text[from + 2] == '\'') {
          return string(from, from + 3, false, UNICODE_STRING);
        }
        if (text[from + 2] == '"') {
          return unicodeQuoted(from);
        }
      }
    }
    return word(from);
  }

  private int string(int from, int content, boolean backslashEscapes, int token) {
    return literal(from, content, '\'', backslashEscapes, true, token);
  }

  /**
   * A literal goes on in the next pair of quotes if only white space and line comments with at
   * least one line break stand between. Returns the index after that opening quote, or -1.
   */
  @Override
  protected int continuation(int from) {
    byte[] s = text;
    int stop = limit;
    boolean lineBreak = false;
    int p = from;
    while (p < stop) {
      byte b = s[p];
      if (CLASSES[b & 0xff] == ByteClass.SPACE) {
        lineBreak |= b == '\n' || b == '\r';
        p++;
      } else if (b == '-' && p + 1 < stop && s[p + 1] == '-') {
        p = lineEnd(p + 2);
      } else {
        return b == '\'' && lineBreak ? p + 1 : -1;
      }
    }
    return -1;
  }

  /** {@code U&"…"}, whose backslashes begin characters by their numbers. */
  private int unicodeQuoted(int from) {
    int token = delimited(from, from + 3, '"', UNICODE_QUOTED);
    for (int p = contentStart; token != BROKEN && p < contentEnd; p++) {
      plain &= text[p] != '\\';
    }
    return token;
  }

  private int dollar(int from) {
    byte[] s = text;
    int stop = limit;
    int p = from + 1;
    if (p < stop && CLASSES[s[p] & 0xff] == ByteClass.DIGIT) {
      do {
        p++;
      } while (p < stop && CLASSES[s[p] & 0xff] == ByteClass.DIGIT);
      return token(PARAMETER, from, p);
    }
    while (p < stop && s[p] != '$' && IN_WORD[s[p] & 0xff]) {
      p++;
    }
    if (p >= stop || s[p] != '$') {
      return token('$', from, from + 1);
    }
    int content = p + 1;
    int tagLength = content - from;
    p = content;
    while (p < stop) {
      if (s[p] == '$' && sameTag(from, p, tagLength)) {
        plain = true;
        contentStart = content;
        contentEnd = p;
        return token(DOLLAR_STRING, from, p + tagLength);
      }
      p++;
    }
    return broken(from);
  }

  /**
   * A tag has no dollar sign inside, so that this stops at the next one at the latest: all in all
   * linear.
   */
  private boolean sameTag(int tag, int candidate, int length) {
    if (candidate + length > limit) {
      return false;
    }
    for (int i = 1; i < length; i++) {
      if (text[tag + i] != text[candidate + i]) {
        return false;
      }
    }
    return true;
  }

  private int number(int from) {
    byte[] s = text;
    int stop = limit;
    int p = from;
    if (s[p] == '0'
        && p + 2 < stop
        && isRadix(LOWER[s[p + 1] & 0xff])
        && ByteClass.isHex(s[p + 2])) {
      p += 2;
      while (p < stop && (ByteClass.isHex(s[p]) || s[p] == '_')) {
        p++;
      }
      return token(NUMBER, from, p);
    }
    p = separated(p);
    if (p < stop && s[p] == '.' && !(p + 1 < stop && s[p + 1] == '.')) {
      p = separated(p + 1);
    }
    if (p + 1 < stop && LOWER[s[p] & 0xff] == 'e') {
      int exponent = s[p + 1] == '+' || s[p + 1] == '-' ? p + 2 : p + 1;
      if (exponent < stop && CLASSES[s[exponent] & 0xff] == ByteClass.DIGIT) {
        p = separated(exponent);
      }
    }
    return token(NUMBER, from, p);
  }

  /** Past digits, which may have single underscores between them. */
  private int separated(int from) {
    byte[] s = text;
    int stop = limit;
    int p = from;
    while (p < stop
        && (CLASSES[s[p] & 0xff] == ByteClass.DIGIT
            || (s[p] == '_'
                && p > from
                && p + 1 < stop
                && CLASSES[s[p + 1] & 0xff] == ByteClass.DIGIT))) {
      p++;
    }
    return p;
  }

  private static boolean isRadix(byte b) {
    return b == 'x' || b == 'o' || b == 'b';
  }

  private int lineEnd(int from) {
    byte[] s = text;
    int stop = limit;
    int p = from;
    while (p < stop && s[p] != '\n' && s[p] != '\r') {
      p++;
    }
    return p;
  }
}
