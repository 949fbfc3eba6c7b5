package dev.heimdall.engine.sql;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Puts SQL in the place of a text's parameters ({@code $1}). What only looks like one, in a
 * literal, a comment or a name, stays as it is. Not thread safe.
 */
public final class ParameterText {
  private static final int MOST_PARAMETERS = 65_535;

  private final Lexer lexer;

  public ParameterText(Lexers lexers) {
    lexer = lexers.lexer(false);
  }

  /**
   * The text with each parameter replaced.
   *
   * @param lexerMode how the session has texts cut into tokens
   * @param sql gives the SQL for a parameter by its number, from 1
   * @return empty if the text ends inside a token, or a parameter has a number that none can have
   *     or for which there is no SQL (null)
   */
  public Optional<String> replaced(String text, LexerMode lexerMode, IntFunction<String> sql) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    lexer.reset(bytes, 0, bytes.length, lexerMode);
    StringBuilder replaced = new StringBuilder(text.length() + 64);
    int from = 0;
    while (true) {
      int token = lexer.next();
      if (token == Lexer.END) {
        return Optional.of(
            replaced
                .append(new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8))
                .toString());
      }
      if (token == Lexer.BROKEN) {
        return Optional.empty();
      }
      if (token == Lexer.PARAMETER) {
        int number = number(bytes, lexer.start() + 1, lexer.end());
        String value = number == 0 ? null : sql.apply(number);
        if (value == null) {
          return Optional.empty();
        }
        replaced
            .append(new String(bytes, from, lexer.start() - from, StandardCharsets.UTF_8))
            .append(value);
        from = lexer.end();
      }
    }
  }

  /** The number that the digits make; 0 if no parameter can have it. */
  static int number(byte[] digits, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      number = number * 10 + digits[i] - '0';
      if (number > MOST_PARAMETERS) {
        return 0;
      }
    }
    return number;
  }
}
