package dev.heimdall.engine.sql;

import java.nio.charset.StandardCharsets;

/**
 * Cuts PostgreSQL text into tokens, without allocating. A token is an int: one of the constants
 * below, or, for operators and punctuation, the byte itself, one at a time. White space and
 * comments are skipped. Never throws, whatever the bytes; never looks at a byte more than a fixed
 * number of times.
 *
 * <p>Text is taken to be in an encoding whose multi-byte characters have no ASCII bytes in them
 * (UTF-8, the ISO-8859 family, EUC), which holds for every encoding that a server can store.
 */
final class Lexer {
  /** The text is over. */
  static final int END = -1;

  /** The text ends inside a literal, a quoted identifier or a comment. Nothing follows. */
  static final int BROKEN = -2;

  /** An identifier or keyword without quotes. */
  static final int WORD = 256;

  /** {@code "identifier"}. */
  static final int QUOTED = 257;

  /** {@code U&"identifier"}. */
  static final int UNICODE_QUOTED = 258;

  /** {@code 'literal'}. */
  static final int STRING = 259;

  /** {@code E'literal'}; also a plain one where backslashes are escapes. */
  static final int ESCAPE_STRING = 260;

  /** {@code U&'literal'}. */
  static final int UNICODE_STRING = 261;

  /** {@code B'0'} or {@code X'0'}. */
  static final int BIT_STRING = 262;

  /** {@code $tag$literal$tag$}. */
  static final int DOLLAR_STRING = 263;

  static final int NUMBER = 264;

  /** {@code $1}. */
  static final int PARAMETER = 265;

  /** Longest identifier in bytes; the server cuts longer ones. */
  static final int MAX_IDENTIFIER = 63;

  private byte[] text = new byte[0];
  private int position;
  private int limit;
  private boolean standardStrings;

  private int start;
  private int end;
  private int contentStart;
  private int contentEnd;
  private boolean plain;

  /** Starts over on {@code length} bytes of {@code text} from {@code offset}. */
  void reset(byte[] text, int offset, int length, boolean standardConformingStrings) {
    this.text = text;
    position = offset;
    limit = offset + length;
    standardStrings = standardConformingStrings;
    start = offset;
    end = offset;
  }

  /** Moves to the next token and returns it. */
  int next() {
    byte[] s = text;
    int stop = limit;
    int p = position;
    while (p < stop) {
      int c = s[p] & 0xff;
      byte kind = ByteClass.OF[c];
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
          return standardStrings
              ? string(p, p + 1, false, STRING)
              : string(p, p + 1, true, ESCAPE_STRING);
        case ByteClass.QUOTE:
          return quoted(p, p + 1, QUOTED);
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
            int after = commentEnd(p + 2);
            if (after < 0) {
              return broken(p);
            }
            p = after;
            continue;
          }
          break;
        case ByteClass.DOT:
          if (p + 1 < stop && ByteClass.OF[s[p + 1] & 0xff] == ByteClass.DIGIT) {
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

  /** First byte of the token, as an index into the array. */
  int start() {
    return start;
  }

  /** One past the last byte of the token. */
  int end() {
    return end;
  }

  /** First byte between the quotes of a literal or quoted identifier. */
  int contentStart() {
    return contentStart;
  }

  /** One past the last byte between the quotes. */
  int contentEnd() {
    return contentEnd;
  }

  /**
   * Whether what stands between the quotes is the value itself: no doubled quote, no escape, no
   * continuation on another line.
   */
  boolean plain() {
    return plain;
  }

  /**
   * The name that the identifier from {@code from} to {@code to} stands for: folded if without
   * quotes, undoubled if with, cut to what the server keeps.
   */
  String identifier(int from, int to) {
    byte[] name = new byte[to - from];
    int n = 0;
    if (text[from] == '"') {
      for (int i = from + 1; i < to - 1; i++) {
        name[n++] = text[i];
        if (text[i] == '"') {
          i++;
        }
      }
    } else {
      for (int i = from; i < to; i++) {
        name[n++] = ByteClass.LOWER[text[i] & 0xff];
      }
    }
    return decode(name, 0, clip(name, n));
  }

  /**
   * Whether the bytes between the quotes have {@code word} (in small ASCII letters) among them, in
   * whatever case.
   */
  boolean contentMentions(byte[] word) {
    byte[] s = text;
    for (int p = contentStart; p + word.length <= contentEnd; p++) {
      int i = 0;
      while (i < word.length && ByteClass.LOWER[s[p + i] & 0xff] == word[i]) {
        i++;
      }
      if (i == word.length) {
        return true;
      }
    }
    return false;
  }

  /** The word that stands between the quotes, in whatever case. */
  Word contentWord() {
    return Word.find(text, contentStart, contentEnd);
  }

  boolean standardConformingStrings() {
    return standardStrings;
  }

  byte[] text() {
    return text;
  }

  /** The bytes as text: UTF-8, or byte by byte where they are not. */
  static String decode(byte[] bytes, int from, int to) {
    String decoded = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    if (decoded.indexOf('\uFFFD') >= 0) {
      // Different names must stay different, whatever their encoding.
      return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }
    return decoded;
  }

  private static int clip(byte[] name, int length) {
    if (length <= MAX_IDENTIFIER) {
      return length;
    }
    int cut = MAX_IDENTIFIER;
    while (cut > MAX_IDENTIFIER - 3 && (name[cut] & 0xc0) == 0x80) {
      cut--;
    }
    return cut;
  }

  private int token(int token, int from, int to) {
    start = from;
    end = to;
    position = to;
    return token;
  }

  private int broken(int from) {
    return token(BROKEN, from, limit);
  }

  private int word(int from) {
    byte[] s = text;
    int stop = limit;
    int p = from + 1;
    while (p < stop && ByteClass.IN_WORD[s[p] & 0xff]) {
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
      int prefix = ByteClass.LOWER[text[from] & 0xff];
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
          return quoted(from, from + 3, UNICODE_QUOTED);
        }
      }
    }
    return word(from);
  }

  private int string(int from, int content, boolean backslashEscapes, int token) {
    byte[] s = text;
    int stop = limit;
    int p = content;
    boolean asWritten = true;
    while (p < stop) {
      byte b = s[p++];
      if (b == '\'') {
        if (p < stop && s[p] == '\'') {
          asWritten = false;
          p++;
          continue;
        }
        int next = continuation(p);
        if (next < 0) {
          plain = asWritten;
          contentStart = content;
          contentEnd = p - 1;
          return token(token, from, p);
        }
        asWritten = false;
        p = next;
      } else if (b == '\\' && backslashEscapes) {
        asWritten = false;
        p++;
      }
    }
    return broken(from);
  }

  /**
   * A literal goes on in the next pair of quotes if only white space and line comments with at
   * least one line break stand between. Returns the index after that opening quote, or -1.
   */
  private int continuation(int from) {
    byte[] s = text;
    int stop = limit;
    boolean lineBreak = false;
    int p = from;
    while (p < stop) {
      byte b = s[p];
      if (ByteClass.OF[b & 0xff] == ByteClass.SPACE) {
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

  private int quoted(int from, int content, int token) {
    byte[] s = text;
    int stop = limit;
    int p = content;
    boolean asWritten = true;
    while (p < stop) {
      byte b = s[p++];
      if (b == '"') {
        if (p < stop && s[p] == '"') {
          asWritten = false;
          p++;
          continue;
        }
        plain = asWritten;
        contentStart = content;
        contentEnd = p - 1;
        return token(token, from, p);
      }
      if (b == '\\' && token == UNICODE_QUOTED) {
        asWritten = false;
      }
    }
    return broken(from);
  }

  private int dollar(int from) {
    byte[] s = text;
    int stop = limit;
    int p = from + 1;
    if (p < stop && ByteClass.OF[s[p] & 0xff] == ByteClass.DIGIT) {
      do {
        p++;
      } while (p < stop && ByteClass.OF[s[p] & 0xff] == ByteClass.DIGIT);
      return token(PARAMETER, from, p);
    }
    while (p < stop && s[p] != '$' && ByteClass.IN_WORD[s[p] & 0xff]) {
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
        && isRadix(ByteClass.LOWER[s[p + 1] & 0xff])
        && isHex(s[p + 2])) {
      p += 2;
      while (p < stop && (isHex(s[p]) || s[p] == '_')) {
        p++;
      }
      return token(NUMBER, from, p);
    }
    p = digits(p);
    if (p < stop && s[p] == '.' && !(p + 1 < stop && s[p + 1] == '.')) {
      p = digits(p + 1);
    }
    if (p + 1 < stop && ByteClass.LOWER[s[p] & 0xff] == 'e') {
      int exponent = s[p + 1] == '+' || s[p + 1] == '-' ? p + 2 : p + 1;
      if (exponent < stop && ByteClass.OF[s[exponent] & 0xff] == ByteClass.DIGIT) {
        p = digits(exponent);
      }
    }
    return token(NUMBER, from, p);
  }

  private int digits(int from) {
    byte[] s = text;
    int stop = limit;
    int p = from;
    while (p < stop
        && (ByteClass.OF[s[p] & 0xff] == ByteClass.DIGIT
            || (s[p] == '_'
                && p > from
                && p + 1 < stop
                && ByteClass.OF[s[p + 1] & 0xff] == ByteClass.DIGIT))) {
      p++;
    }
    return p;
  }

  private static boolean isRadix(byte b) {
    return b == 'x' || b == 'o' || b == 'b';
  }

  private static boolean isHex(byte b) {
    byte small = ByteClass.LOWER[b & 0xff];
    return (b >= '0' && b <= '9') || (small >= 'a' && small <= 'f');
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

  private int commentEnd(int from) {
    byte[] s = text;
    int stop = limit;
    int depth = 1;
    int p = from;
    while (p + 1 < stop) {
      if (s[p] == '*' && s[p + 1] == '/') {
        p += 2;
        if (--depth == 0) {
          return p;
        }
      } else if (s[p] == '/' && s[p + 1] == '*') {
        p += 2;
        depth++;
      } else {
        p++;
      }
    }
    return -1;
  }
}
