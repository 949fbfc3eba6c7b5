package dev.heimdall.engine.sql;

/**
 * Class of a single byte by what it can be the start of, and tables to find it by. Bytes above
 * ASCII are letters.
 */
public final class ByteClass {
  public static final byte OTHER = 0;
  public static final byte SPACE = 1;
  public static final byte LETTER = 2;

  /** A letter that makes another kind of literal of the quotes that follow it at once. */
  public static final byte LITERAL_PREFIX = 3;

  public static final byte DIGIT = 4;
  public static final byte APOSTROPHE = 5;
  public static final byte QUOTE = 6;
  public static final byte DOLLAR = 7;
  public static final byte MINUS = 8;
  public static final byte SLASH = 9;
  public static final byte DOT = 10;

  /** The class of a byte; never written to. */
  static final byte[] OF = classes();

  /** True if a byte may go on in an identifier; never written to. */
  static final boolean[] IN_WORD = inWord();

  /** ASCII capitals made small, every other byte as it is; never written to. */
  static final byte[] LOWER = small();

  private ByteClass() {}

  public static byte lower(byte b) {
    return LOWER[b & 0xff];
  }

  public static boolean isInWord(byte b) {
    return IN_WORD[b & 0xff];
  }

  public static boolean isSpace(byte b) {
    return OF[b & 0xff] == SPACE;
  }

  public static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  public static boolean isHex(byte b) {
    byte small = lower(b);
    return isDigit(b) || (small >= 'a' && small <= 'f');
  }

  /** A table of the classes of all bytes, for a lexer of its own. */
  public static byte[] classes() {
    byte[] classes = new byte[256];
    for (int c = 'a'; c <= 'z'; c++) {
      classes[c] = LETTER;
      classes[c - 'a' + 'A'] = LETTER;
    }
    for (int c = 128; c < 256; c++) {
      classes[c] = LETTER;
    }
    classes['_'] = LETTER;
    for (char c : "beuxBEUX".toCharArray()) {
      classes[c] = LITERAL_PREFIX;
    }
    for (int c = '0'; c <= '9'; c++) {
      classes[c] = DIGIT;
    }
    for (char c : " \t\n\r\f\u000b".toCharArray()) {
      classes[c] = SPACE;
    }
    classes['\''] = APOSTROPHE;
    classes['"'] = QUOTE;
    classes['$'] = DOLLAR;
    classes['-'] = MINUS;
    classes['/'] = SLASH;
    classes['.'] = DOT;
    return classes;
  }

  /** A table of whether bytes may go on in an identifier. */
  public static boolean[] inWord() {
    boolean[] inWord = new boolean[256];
    byte[] classes = classes();
    for (int c = 0; c < 256; c++) {
      inWord[c] =
          classes[c] == LETTER
              || classes[c] == LITERAL_PREFIX
              || classes[c] == DIGIT
              || classes[c] == DOLLAR;
    }
    return inWord;
  }

  /** A table of bytes with ASCII capitals made small. */
  public static byte[] small() {
    byte[] small = new byte[256];
    for (int c = 0; c < 256; c++) {
      small[c] = (byte) (c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
    }
    return small;
  }
}
