package dev.heimdall.engine.sql;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A client's text for a database of another dialect: question marks stand where {@code $1} and so
 * on stood. What only looks like a parameter, in a literal, a comment or a name, stays as it is.
 *
 * @param text with question marks
 * @param numbers for each question mark the number of its parameter, from 1
 * @param leavesTraces whether the statement may leave something on its connection that others could
 *     see: variables, locks, temporary tables
 */
public record PlaceholderText(String text, List<Integer> numbers, boolean leavesTraces) {
  private static final Set<String> LEAVING_TRACES = Set.of("get_lock", "temporary", "use");

  public PlaceholderText {
    numbers = List.copyOf(numbers);
  }

  /** Number of parameters that the text needs. */
  public int parameters() {
    return numbers.stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  /**
   * Reads a text as a database of this dialect does that takes a backslash in a literal for just
   * that.
   *
   * @return empty if the text ends inside a token, or has a question mark or a number where no
   *     parameter can be
   */
  public static Optional<PlaceholderText> of(String sql, Lexers lexers) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    Lexer lexer = lexers.lexer(false);
    lexer.reset(bytes, 0, bytes.length, LexerMode.STANDARD);
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
    List<Integer> numbers = new ArrayList<>();
    boolean traces = false;
    int from = 0;
    while (true) {
      int token = lexer.next();
      if (token == Lexer.END) {
        out.write(bytes, from, bytes.length - from);
        return Optional.of(
            new PlaceholderText(out.toString(StandardCharsets.UTF_8), numbers, traces));
      }
      if (token == Lexer.BROKEN) {
        return Optional.empty();
      }
      traces |= token == '@' || (token == Lexer.WORD && leavesTraces(bytes, lexer));
      if (isParameter(token, bytes, lexer)) {
        int number = ParameterText.number(bytes, lexer.start() + 1, lexer.end());
        if (number == 0) {
          return Optional.empty();
        }
        numbers.add(number);
        out.write(bytes, from, lexer.start() - from);
        out.write('?');
        from = lexer.end();
      }
    }
  }

  /** Some lexers know such parameters; for the others they are words of only digits, or numbers. */
  private static boolean isParameter(int token, byte[] bytes, Lexer lexer) {
    if (token == Lexer.PARAMETER) {
      return true;
    }
    boolean digits = token == Lexer.WORD || token == Lexer.NUMBER;
    if (!digits || bytes[lexer.start()] != '$' || lexer.end() - lexer.start() < 2) {
      return false;
    }
    for (int i = lexer.start() + 1; i < lexer.end(); i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return false;
      }
    }
    return true;
  }

  private static boolean leavesTraces(byte[] bytes, Lexer lexer) {
    int length = lexer.end() - lexer.start();
    return length <= 9
        && LEAVING_TRACES.contains(
            new String(bytes, lexer.start(), length, StandardCharsets.UTF_8)
                .toLowerCase(Locale.ROOT));
  }
}
