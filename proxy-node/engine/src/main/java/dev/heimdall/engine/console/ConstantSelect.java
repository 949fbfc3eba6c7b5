package dev.heimdall.engine.console;

import dev.heimdall.engine.console.Tokens.Kind;
import dev.heimdall.engine.console.Tokens.Token;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import dev.heimdall.engine.wire.Column.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One row of constants that a driver selects of the server that the console pretends to be:
 * literals, variables, calls with one literal or without.
 */
public final class ConstantSelect {
  private static final int MOST_DIGITS = 9;

  /** Constants of an engine's server. */
  public interface Constants {
    /** Heading of a column of a literal. */
    String heading(String literal);

    /**
     * Returns the value of a name; null for an unknown one.
     *
     * @param argument of a call, empty without one; null for a name that is not called
     */
    Constant named(String name, String argument);
  }

  /**
   * A value.
   *
   * @param heading of its column, unless the statement names it
   */
  public record Constant(String heading, Type type, String text) {
    public static Constant text(String heading, String text) {
      return text == null ? null : new Constant(heading, Type.TEXT, text);
    }
  }

  private final Constants constants;

  private ConstantSelect(Constants constants) {
    this.constants = constants;
  }

  /**
   * Returns the row of a statement, or empty where it selects anything else.
   *
   * @param statement at least one token
   */
  public static Optional<ConsoleCommand> command(List<Token> statement, Constants constants) {
    return statement.get(0).is("SELECT")
        ? new ConstantSelect(constants).row(statement).map(KnownCommand::new)
        : Optional.empty();
  }

  private Optional<Answer> row(List<Token> statement) {
    List<Column> columns = new ArrayList<>();
    List<String> row = new ArrayList<>();
    int start = 1;
    int depth = 0;
    for (int i = 1; i <= statement.size(); i++) {
      boolean end = i == statement.size();
      if (!end && statement.get(i).symbol('(')) {
        depth++;
      } else if (!end && statement.get(i).symbol(')')) {
        depth--;
      } else if (end || depth == 0 && statement.get(i).symbol(',')) {
        Constant item = item(statement.subList(start, i));
        if (item == null) {
          return Optional.empty();
        }
        columns.add(new Column(item.heading(), item.type()));
        row.add(item.text());
        start = i + 1;
      }
    }
    return Optional.of(new Answer.Rows(columns, List.of(row), "SELECT 1"));
  }

  /** Evaluates one item: a value, then perhaps a name for it. Null for anything else. */
  private Constant item(List<Token> tokens) {
    if (tokens.isEmpty()) {
      return null;
    }
    int used = 1;
    Token first = tokens.get(0);
    String argument = null;
    if (first.kind() == Kind.WORD && tokens.size() > 1 && tokens.get(1).symbol('(')) {
      boolean literal = tokens.size() > 2 && tokens.get(2).kind() == Kind.STRING;
      argument = literal ? tokens.get(2).text() : "";
      used = literal ? 4 : 3;
      if (tokens.size() < used || !tokens.get(used - 1).symbol(')')) {
        return null;
      }
    }
    Constant constant = constant(first, argument);
    List<Token> rest = tokens.subList(used, tokens.size());
    if (constant == null || rest.isEmpty()) {
      return constant;
    }
    if (rest.get(0).is("AS")) {
      rest = rest.subList(1, rest.size());
    }
    return rest.size() != 1 || rest.get(0).kind() == Kind.SYMBOL
        ? null
        : new Constant(rest.get(0).text(), constant.type(), constant.text());
  }

  private Constant constant(Token value, String argument) {
    String text = value.text();
    return switch (value.kind()) {
      case NUMBER ->
          text.length() > MOST_DIGITS
              ? null
              : new Constant(constants.heading(text), Type.INT4, text);
      case STRING -> Constant.text(constants.heading(text), text);
      case WORD -> constants.named(value.lower(), argument);
      case QUOTED, SYMBOL -> null;
    };
  }
}
