package dev.heimdall.engine.sql;

import java.nio.charset.StandardCharsets;

/**
 * Cuts the text of a dialect into tokens, without allocating. A token is an int: one of the
 * constants below, or, for operators and punctuation, the byte itself, one at a time. White space
 * and comments are skipped. Never throws, whatever the bytes; never looks at a byte more than a
 * fixed number of times.
 *
 * <p>Text is taken to be in an encoding whose multi-byte characters have no ASCII bytes in them
 * (UTF-8, the ISO-8859 family, EUC), which holds for every encoding that a server can store.
 */
public abstract class Lexer {
  /** The text is over. */
  public static final int END = -1;

  /** The text ends inside a literal, a quoted identifier or a comment. Nothing follows. */
  public static final int BROKEN = -2;

  /** An identifier or keyword without quotes. */
  public static final int WORD = 256;

  /** {@code "identifier"}; in other dialects also {@code `identifier`} or {@code [identifier]}. */
  public static final int QUOTED = 257;

  /** {@code U&"identifier"}. */
  public static final int UNICODE_QUOTED = 258;

  /** {@code 'literal'}. */
  public static final int STRING = 259;

  /** {@code E'literal'}; also a plain one where backslashes are escapes. */
  public static final int ESCAPE_STRING = 260;

  /** {@code U&'literal'}. */
  public static final int UNICODE_STRING = 261;

  /** {@code B'0'} or {@code X'0'}. */
  public static final int BIT_STRING = 262;

  /** {@code $tag$literal$tag$}. */
  public static final int DOLLAR_STRING = 263;

  public static final int NUMBER = 264;

  /** {@code $1}; {@code ?} where that is a parameter. */
  public static final int PARAMETER = 265;

  /** A comment of the form {@code /*+ … *}{@code /}; skipped unless asked for. */
  public static final int HINT = 266;

  /**
   * Opens a comment whose content MySQL runs, the version it asks for included: {@code /*!50110}.
   */
  public static final int EXECUTABLE = 267;

  /** Longest identifier in bytes; the server cuts longer ones. */
  public static final int MAX_IDENTIFIER = 63;

  private static final byte[] NO_TEXT = {};

  protected byte[] text = NO_TEXT;
  protected int position;
  protected int limit;
  protected LexerMode mode = LexerMode.STANDARD;
  protected boolean escapes;

  protected int start;
  protected int end;
  protected int contentStart;
  protected int contentEnd;
  protected boolean plain;

  /**
   * Starts over on {@code length} bytes of {@code text} from {@code offset}.
   *
   * @param lexerMode how the session has it cut
   */
  public final void reset(byte[] text, int offset, int length, LexerMode lexerMode) {
    this.text = text;
    position = offset;
    limit = offset + length;
    mode = lexerMode;
    escapes = lexerMode.backslashEscapes();
    start = offset;
    end = offset;
  }

  /** Moves to the next token and returns it. */
  public abstract int next();

  /** First byte of the token, as an index into the array. */
  public final int start() {
    return start;
  }

  /** One past the last byte of the token. */
  public final int end() {
    return end;
  }

  /** First byte between the quotes of a literal or quoted identifier. */
  public final int contentStart() {
    return contentStart;
  }

  /** One past the last byte between the quotes. */
  public final int contentEnd() {
    return contentEnd;
  }

  /**
   * True if what stands between the quotes is the value itself: no doubled quote, no escape, no
   * continuation on another line.
   */
  public final boolean plain() {
    return plain;
  }

  /**
   * The name that PostgreSQL's identifier from {@code from} to {@code to} stands for: folded if
   * without quotes, undoubled if with, cut to what the server keeps.
   */
  public final String identifier(int from, int to) {
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
   * True if the bytes between the quotes have {@code word} (in small ASCII letters) among them, in
   * whatever case.
   */
  public final boolean contentMentions(byte[] word) {
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

  /** True if the token has a backslash in it. */
  public final boolean hasBackslash() {
    for (int at = start; at < end; at++) {
      if (text[at] == '\\') {
        return true;
      }
    }
    return false;
  }

  public final LexerMode lexerMode() {
    return mode;
  }

  /** One past the last byte of the text. */
  public final int limit() {
    return limit;
  }

  public final byte[] text() {
    return text;
  }

  /** The bytes as text: UTF-8, or byte by byte where they are not. */
  public static String decode(byte[] bytes, int from, int to) {
    String decoded = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    if (decoded.indexOf('\uFFFD') >= 0) {
      // Different names must stay different, whatever their encoding.
      return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }
    return decoded;
  }

  /** A name as the server keeps it: cut where it is too long. */
  public static String clipped(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return new String(bytes, 0, clip(bytes, bytes.length), StandardCharsets.UTF_8);
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

  /** Goes on from here: what lies before was read by other means. */
  final void resume(int from) {
    end = from;
    position = from;
  }

  protected final int token(int token, int from, int to) {
    start = from;
    end = to;
    position = to;
    return token;
  }

  protected final int broken(int from) {
    return token(BROKEN, from, limit);
  }

  /** Past the digits from there on. */
  protected final int digits(int from) {
    int p = from;
    while (p < limit && ByteClass.isDigit(text[p])) {
      p++;
    }
    return p;
  }

  /**
   * Past the comment that began before {@code from}, the ones inside it included; -1 if it stays
   * open.
   */
  protected final int nestedCommentEnd(int from) {
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

  /** A hint from {@code from} to {@code to}, the comment's marks included. */
  protected final int hint(int from, int to) {
    contentStart = from + 3;
    contentEnd = Math.max(contentStart, to - 2);
    return token(HINT, from, to);
  }

  /**
   * Reads a text quoted by {@code close}, which stands for itself if doubled, and begins a new
   * token after it.
   *
   * @param content the first byte after the opening quote
   */
  protected final int delimited(int from, int content, int close, int token) {
    return literal(from, content, close, false, false, token);
  }

  /**
   * Reads a text quoted by {@code close}, which stands for itself if doubled.
   *
   * @param content the first byte after the opening quote
   * @param escapes whether a backslash takes the byte after it along
   * @param continues whether the dialect may let it go on in the next quotes
   */
  protected final int literal(
      int from, int content, int close, boolean escapes, boolean continues, int token) {
    byte[] s = text;
    int stop = limit;
    int p = content;
    boolean asWritten = true;
    while (p < stop) {
      byte b = s[p++];
      if (b == close) {
        if (p < stop && s[p] == close) {
          asWritten = false;
          p++;
          continue;
        }
        int next = continues ? continuation(p) : -1;
        if (next < 0) {
          plain = asWritten;
          contentStart = content;
          contentEnd = p - 1;
          return token(token, from, p);
        }
        asWritten = false;
        p = next;
      } else if (b == '\\' && escapes) {
        asWritten = false;
        p++;
      }
    }
    return broken(from);
  }

  /**
   * Position at which a literal that seems to end before {@code from} goes on; -1 if it does not.
   */
  protected int continuation(int from) {
    return -1;
  }
}
