package dev.heimdall.engine.sql;

/**
 * Operators of a dialect: sign sequences that it takes for one operator, where users can make some
 * of several signs.
 */
public final class Operators {
  /** Of a dialect whose lexer gives the signs one by one. */
  public static final Operators NONE = new Operators("", "");

  private final boolean[] signs;
  private final boolean[] special;

  /**
   * @param signs all that operators are made of
   * @param special an operator with one of these may end in a plus or minus
   */
  public Operators(String signs, String special) {
    this.signs = table(signs);
    this.special = table(special);
  }

  /** True if an operator begins here. */
  public boolean begins(String text) {
    return isIn(text.charAt(0));
  }

  /** True if an operator may have this character in it. */
  public boolean isIn(int c) {
    return c < 128 && signs[c];
  }

  /** One past the operator that begins at {@code from}. */
  public int end(byte[] s, int from, int stop) {
    int p = from + 1;
    while (p < stop && isIn(s[p] & 0xff) && !beginsComment(s, p, stop)) {
      p++;
    }
    // An operator ends in a sign only if it could not be one of the standard's before a sign.
    if (p - from > 1 && isSign(s[p - 1]) && !letsSignEndIt(s, from, p)) {
      while (p - from > 1 && isSign(s[p - 1])) {
        p--;
      }
    }
    return p;
  }

  private boolean letsSignEndIt(byte[] s, int from, int to) {
    for (int p = from; p < to; p++) {
      if (special[s[p]]) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSign(byte b) {
    return b == '-' || b == '+';
  }

  private static boolean beginsComment(byte[] s, int p, int stop) {
    return p + 1 < stop && ((s[p] == '-' && s[p + 1] == '-') || (s[p] == '/' && s[p + 1] == '*'));
  }

  private static boolean[] table(String characters) {
    boolean[] table = new boolean[128];
    for (char c : characters.toCharArray()) {
      table[c] = true;
    }
    return table;
  }
}
