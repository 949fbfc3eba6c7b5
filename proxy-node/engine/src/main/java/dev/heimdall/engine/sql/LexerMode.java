package dev.heimdall.engine.sql;

/**
 * Rules by which a session has its texts cut into tokens.
 *
 * @param backslashEscapes whether a backslash escapes in a plain literal: PostgreSQL's {@code
 *     standard_conforming_strings} off; MySQL, unless NO_BACKSLASH_ESCAPES is among its modes
 * @param quotedNames whether what stands in double quotes is a name: everywhere but in MySQL
 *     without ANSI_QUOTES, where it is a literal
 * @param hiddenSigns whether characters of several bytes may have bytes in them that look like
 *     ASCII: MySQL with one of some Chinese and Japanese character sets
 * @param doubtful whether the session's settings may be other ones by the time its server reads the
 *     text, so that this is one way of several in which it may be cut: such a text is not
 *     understood
 */
public record LexerMode(
    boolean backslashEscapes, boolean quotedNames, boolean hiddenSigns, boolean doubtful) {
  /** As the SQL standard has it, and PostgreSQL unless told otherwise. */
  public static final LexerMode STANDARD = new LexerMode(false, true, false);

  /** PostgreSQL with standard_conforming_strings off. */
  public static final LexerMode ESCAPES = new LexerMode(true, true, false);

  /** One that is known for certain. */
  public LexerMode(boolean backslashEscapes, boolean quotedNames, boolean hiddenSigns) {
    this(backslashEscapes, quotedNames, hiddenSigns, false);
  }

  /** Returns this mode, marked as doubtful while it cannot be known whether the text is cut so. */
  public LexerMode doubted() {
    return doubtful ? this : new LexerMode(backslashEscapes, quotedNames, hiddenSigns, true);
  }

  /** Another number for every other mode, below 16. */
  int number() {
    return (backslashEscapes ? 1 : 0)
        | (quotedNames ? 2 : 0)
        | (hiddenSigns ? 4 : 0)
        | (doubtful ? 8 : 0);
  }
}
