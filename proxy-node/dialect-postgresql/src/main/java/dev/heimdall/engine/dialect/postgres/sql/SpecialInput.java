package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.LiteralReader;
import java.nio.charset.StandardCharsets;

/**
 * Words that PostgreSQL's dates and times take for the moment at which they are read: {@code now},
 * {@code today}, {@code tomorrow}, {@code yesterday}, in whatever case and with whatever beside
 * them. Which type a literal or value is read as it cannot be told by its text, so that all count.
 */
public final class SpecialInput {
  private static final String[] WORDS = {"now", "today", "tomorrow", "yesterday"};

  private static final LiteralReader LITERALS = new LiteralReader(PostgresLexer::new);

  private SpecialInput() {}

  /** True if one of the literals of a text has such a word; those of a text that can be read. */
  public static boolean isInLiteral(byte[] sql, int offset, int length, LexerMode lexerMode) {
    if (!mayBeIn(sql, offset, offset + length)) {
      return false;
    }
    for (String value : LITERALS.read(sql, offset, length, lexerMode)) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      if (isIn(bytes, 0, bytes.length)) {
        return true;
      }
    }
    return false;
  }

  /**
   * True if such a word may stand in a text, which may have literals with escapes or in parts:
   * {@code E'n\x6fw'}. Cheap; false says for certain that no literal has one.
   */
  static boolean mayBeIn(byte[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      switch (text[i]) {
        case 'n', 'N', 't', 'T', 'y', 'Y' -> {
          if (beginsWord(text, i, to)) {
            return true;
          }
        }
        case '\\' -> {
          return true;
        }
        case '\'' -> {
          if (i > from && text[i - 1] == '&' || goesOn(text, i + 1, to)) {
            return true;
          }
        }
        default -> {}
      }
    }
    return false;
  }

  /** True if a literal may be in two parts, with a line's end between them. */
  private static boolean goesOn(byte[] text, int behindQuote, int to) {
    boolean line = false;
    for (int i = behindQuote; i < to; i++) {
      switch (text[i]) {
        case '\n', '\r' -> line = true;
        case ' ', '\t', '\f', 0x0b -> {}
        case '-' -> {
          return i + 1 < to && text[i + 1] == '-'; // a comment may stand there
        }
        default -> {
          return line && text[i] == '\'';
        }
      }
    }
    return false;
  }

  /**
   * True if a value has such a word, perhaps within an array, a range or a row, where quotes and
   * backslashes may stand between its letters.
   */
  public static boolean isIn(byte[] value, int from, int to) {
    boolean quoted = false;
    for (int i = from; i < to; i++) {
      quoted |= value[i] == '"' || value[i] == '\\';
      String word = wordAt(value, i, to);
      if (word != null && isApart(value, i, word, from, to)) {
        return true;
      }
    }
    return quoted && isInWithoutQuotes(value, from, to);
  }

  private static boolean isInWithoutQuotes(byte[] value, int from, int to) {
    byte[] bare = new byte[to - from];
    int length = 0;
    for (int i = from; i < to; i++) {
      if (value[i] != '"' && value[i] != '\\') {
        bare[length++] = value[i];
      }
    }
    return length < bare.length && isIn(bare, 0, length);
  }

  private static boolean isApart(byte[] value, int at, String word, int from, int to) {
    int end = at + word.length();
    return (at == from || !isLetter(value[at - 1])) && (end == to || !isLetter(value[end]));
  }

  /** True if such a word begins here, perhaps with double quotes in it. */
  private static boolean beginsWord(byte[] text, int at, int to) {
    for (String word : WORDS) {
      int letter = 0;
      for (int i = at; i < to && letter < word.length(); i++) {
        if ((text[i] | 0x20) == word.charAt(letter)) {
          letter++;
        } else if (text[i] != '"') {
          break;
        }
      }
      if (letter == word.length()) {
        return true;
      }
    }
    return false;
  }

  private static String wordAt(byte[] text, int at, int to) {
    for (String word : WORDS) {
      int i = 0;
      while (i < word.length() && at + i < to && (text[at + i] | 0x20) == word.charAt(i)) {
        i++;
      }
      if (i == word.length()) {
        return word;
      }
    }
    return null;
  }

  private static boolean isLetter(byte b) {
    int small = b | 0x20;
    return small >= 'a' && small <= 'z';
  }
}
