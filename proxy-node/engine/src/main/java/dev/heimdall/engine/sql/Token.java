package dev.heimdall.engine.sql;

import java.util.Objects;

/**
 * A piece of SQL text.
 *
 * @param type what it is
 * @param text a word as the dialect folds it, the name that a quoted identifier stands for, an
 *     operator or sign as it is, the content of a hint, the literals of a DO statement; empty for
 *     other literals and numbers, whose values are not needed
 */
public record Token(Type type, String text) {
  public Token {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(text, "text");
  }

  /** Kind of a token. */
  public enum Type {
    /** A keyword or an identifier without quotes. */
    WORD,
    /** An identifier in quotes. */
    QUOTED,
    /** A literal in quotes of whatever kind. */
    STRING,
    NUMBER,
    PARAMETER,
    /** One operator, or one sign of punctuation. */
    SIGN,
    /** The content of a comment of the form {@code /*+ … *}{@code /}. */
    HINT,
    /** Text that cannot be read for certain: identifiers with escapes, comments that are run. */
    OPAQUE
  }

  /** True if this is the word {@code word}, in whatever case. */
  public boolean is(String word) {
    return type == Type.WORD && text.equalsIgnoreCase(word);
  }

  /** True if this is the operator or sign {@code sign}. */
  public boolean isSign(String sign) {
    return type == Type.SIGN && text.equals(sign);
  }

  /** True if this can be a name. */
  public boolean isName() {
    return type == Type.WORD || type == Type.QUOTED;
  }
}
