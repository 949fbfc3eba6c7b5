package dev.heimdall.engine.sql;

/** What PostgreSQL takes for one operator. */
public final class PostgresOperator {
  private static final boolean[] IN = table("~!@#%^&|`?+-*/<>=");
  private static final boolean[] LETS_SIGN_END_IT = table("~!@#%^&|`?");

  private PostgresOperator() {}

  /** Whether an operator begins here. */
  public static boolean begins(String text) {
    return isIn(text.charAt(0));
  }

  /** Whether an operator may have this character in it. */
  public static boolean isIn(int c) {
    return c < 128 && IN[c];
  }

  /** One past the operator that begins at {@code from}. */
  public static int end(byte[] s, int from, int stop) {
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

  private static boolean letsSignEndIt(byte[] s, int from, int to) {
    for (int p = from; p < to; p++) {
      if (LETS_SIGN_END_IT[s[p]]) {
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
