package dev.heimdall.test.tds;

import java.util.Locale;

/**
 * A word of T-SQL.
 *
 * @param text as it is evaluated: without quotes, escapes resolved
 * @param from where it begins in the batch
 * @param end where the next may begin
 */
record TsqlToken(Kind kind, String text, int from, int end, int line) {
  enum Kind {
    WORD,
    QUOTED,
    STRING,
    NUMBER,
    BINARY,
    VARIABLE,
    GLOBAL,
    SIGN,
    END
  }

  /** If it is this key word, or this sign. */
  boolean is(String expected) {
    return (kind == Kind.WORD || kind == Kind.SIGN) && text.equalsIgnoreCase(expected);
  }

  boolean isAny(String... expected) {
    for (String each : expected) {
      if (is(each)) {
        return true;
      }
    }
    return false;
  }

  boolean isName() {
    return kind == Kind.WORD || kind == Kind.QUOTED;
  }

  String lower() {
    return text.toLowerCase(Locale.ROOT);
  }
}
