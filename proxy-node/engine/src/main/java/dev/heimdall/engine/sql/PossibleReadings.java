package dev.heimdall.engine.sql;

import java.util.List;

/**
 * Compares the ways in which a server may cut a text into tokens while a setting that decides on it
 * may have been changed and has not been reported. Thread-safe, as it keeps nothing of the texts.
 */
public final class PossibleReadings {
  private final Lexers lexers;

  public PossibleReadings(Lexers lexers) {
    this.lexers = lexers;
  }

  /**
   * The way in which a text is to be read: the first of the possible ones where all of them find
   * the same tokens with the same values, else that one as a doubtful one.
   *
   * @param possible at least one; none of them doubtful
   */
  public LexerMode of(byte[] sql, int offset, int length, List<LexerMode> possible) {
    LexerMode likely = possible.get(0);
    for (int i = 1; i < possible.size(); i++) {
      if (!same(sql, offset, length, likely, possible.get(i))) {
        return likely.doubted();
      }
    }
    return likely;
  }

  /** True if each token is the same bytes in two ways of reading, whatever values literals have. */
  public boolean cutsAlike(byte[] sql, int offset, int length, LexerMode one, LexerMode two) {
    return same(sql, offset, length, one, two, false);
  }

  private boolean same(byte[] sql, int offset, int length, LexerMode one, LexerMode two) {
    return one.equals(two) || same(sql, offset, length, one, two, true);
  }

  private boolean same(
      byte[] sql, int offset, int length, LexerMode one, LexerMode two, boolean values) {
    Lexer first = lexers.lexer(true);
    Lexer other = lexers.lexer(true);
    first.reset(sql, offset, length, one);
    other.reset(sql, offset, length, two);
    boolean escapes = values && one.backslashEscapes() != two.backslashEscapes();
    boolean signs = one.hiddenSigns() != two.hiddenSigns();
    while (true) {
      int token = first.next();
      int second = other.next();
      if (first.start() != other.start()
          || first.end() != other.end()
          || kind(token) != kind(second)) {
        return false;
      }
      if (token == Lexer.END) {
        return !signs || isAscii(sql, offset, length);
      }
      if (token == Lexer.BROKEN) {
        return false; // what follows is not looked at
      }
      // Also E'…' in PostgreSQL: what it says is the same in each, which is not asked.
      if (escapes && kind(token) == Lexer.STRING && first.hasBackslash()) {
        return false;
      }
    }
  }

  /** A plain literal has another kind where backslashes are escapes. */
  private static int kind(int token) {
    return token == Lexer.ESCAPE_STRING ? Lexer.STRING : token;
  }

  private static boolean isAscii(byte[] sql, int offset, int length) {
    for (int at = offset; at < offset + length; at++) {
      if (sql[at] < 0) {
        return false;
      }
    }
    return true;
  }
}
