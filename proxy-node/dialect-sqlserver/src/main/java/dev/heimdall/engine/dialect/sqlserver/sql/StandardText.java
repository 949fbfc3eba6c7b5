package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PlaceholderText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A T-SQL text whose literals and names are as the SQL standard has them, and all else as it was.
 * Comments are left out, because they end elsewhere where they may stand in one another.
 */
public final class StandardText {
  private StandardText() {}

  /**
   * Reads a text without parameters.
   *
   * @return empty if it ends inside a token, or has a question mark where no parameter can be
   */
  public static Optional<String> of(byte[] text, LexerMode mode) {
    return placed(text, mode, List.of()).map(PlaceholderText::text);
  }

  /**
   * Reads a text, with question marks where parameters are.
   *
   * @param names of the parameters
   * @return empty likewise, or if it has another variable than these where there are any
   */
  public static Optional<PlaceholderText> placed(byte[] text, LexerMode mode, List<String> names) {
    List<Integer> numbers = new ArrayList<>();
    SqlServerLexer lexer = new SqlServerLexer(false);
    lexer.reset(text, 0, text.length, mode);
    StringBuilder out = new StringBuilder(text.length);
    int before = 0;
    int token = lexer.next();
    while (token >= 0) {
      out.append(lexer.start() > before ? " " : "");
      before = lexer.end();
      String spelled = Lexer.decode(text, lexer.start(), lexer.end());
      switch (token) {
        case Lexer.PARAMETER -> {
          return Optional.empty();
        }
        case Lexer.STRING -> out.append(spelled.substring(spelled.indexOf('\'')));
        case Lexer.QUOTED -> out.append(spelled.startsWith("[") ? name(spelled) : spelled);
        default -> {
          boolean variable = token == Lexer.WORD && spelled.startsWith("@") && !names.isEmpty();
          int number = variable ? number(spelled, names) : 0;
          if (variable && number == 0) {
            return Optional.empty();
          }
          if (variable) {
            numbers.add(number);
          }
          out.append(variable ? "?" : spelled);
        }
      }
      token = lexer.next();
    }
    return token == Lexer.BROKEN
        ? Optional.empty()
        : Optional.of(new PlaceholderText(out.toString(), numbers, false));
  }

  /** From 1; 0 for none. */
  private static int number(String variable, List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      if (variable.equalsIgnoreCase(names.get(i))) {
        return i + 1;
      }
    }
    return 0;
  }

  private static String name(String bracketed) {
    String name = bracketed.substring(1, bracketed.length() - 1);
    return '"' + name.replace("]]", "]").replace("\"", "\"\"") + '"';
  }
}
