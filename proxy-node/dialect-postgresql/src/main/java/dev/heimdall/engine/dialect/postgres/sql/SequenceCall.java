package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.Lexer;
import java.util.Set;

/** Follows the argument of one {@code currval(sequence)} as the tokens go by. */
final class SequenceCall {
  private enum Step {
    NONE,
    ARGUMENT,
    AFTER_NAME,
    CAST,
    TYPE,
    AFTER_TYPE,
    /** Anything that is no literal. */
    COMPUTED
  }

  /** Words that compute a name from nothing but what stands there, and change nothing. */
  private static final Set<String> COMPUTING =
      Set.of(
          "as",
          "cast",
          "concat",
          "format",
          "lower",
          "name",
          "oid",
          "pg_catalog",
          "pg_get_serial_sequence",
          "quote_ident",
          "regclass",
          "text",
          "to_regclass",
          "varchar");

  private static final int LONGEST = 1000;

  private final PostgresLexer lexer;
  private final PostgresEffects effects;
  private final StringBuilder expression = new StringBuilder();
  private Step step = Step.NONE;
  private String name;
  private int depth;

  SequenceCall(PostgresLexer lexer, PostgresEffects effects) {
    this.lexer = lexer;
    this.effects = effects;
  }

  boolean isOpen() {
    return step != Step.NONE;
  }

  /** The opening parenthesis was seen. */
  void open() {
    step = Step.ARGUMENT;
    expression.setLength(0);
    depth = 0;
  }

  /** Another text begins. */
  void reset() {
    step = Step.NONE;
  }

  /**
   * The next token: a literal, perhaps cast, is a name; what can be computed anywhere is an
   * expression; all else only the statement itself can compute.
   */
  void token(int token) {
    Step at = step;
    if (token == ')' && depth == 0) {
      step = Step.NONE;
      if (at == Step.AFTER_NAME || at == Step.AFTER_TYPE) {
        effects.currentValue(name);
      } else {
        effects.computedSequence(at == Step.ARGUMENT ? "" : expression.toString().strip());
      }
      return;
    }
    if (!takes(token)) {
      step = Step.NONE;
      effects.computedSequence("");
      return;
    }
    step =
        switch (at) {
          case ARGUMENT -> {
            if (token == Lexer.STRING && !isNumber()) {
              name = Lexer.decode(lexer.text(), lexer.start() + 1, lexer.end() - 1);
              yield Step.AFTER_NAME;
            }
            yield Step.COMPUTED;
          }
          case AFTER_NAME -> token == ':' ? Step.CAST : Step.COMPUTED;
          case CAST -> token == ':' ? Step.TYPE : Step.COMPUTED;
          case TYPE -> token == Lexer.WORD ? Step.AFTER_TYPE : Step.COMPUTED;
          case AFTER_TYPE, COMPUTED, NONE -> Step.COMPUTED;
        };
  }

  /** Adds a token to the expression, unless that cannot be computed apart from its statement. */
  private boolean takes(int token) {
    boolean taken =
        switch (token) {
          case Lexer.WORD -> COMPUTING.contains(lexer.identifier(lexer.start(), lexer.end()));
          case Lexer.STRING -> lexer.plain();
          case Lexer.NUMBER, Lexer.PARAMETER, ':', '|', ',', '.', '(', ')' -> true;
          default -> false;
        };
    if (!taken || expression.length() > LONGEST) {
      return false;
    }
    depth += token == '(' ? 1 : token == ')' ? -1 : 0;
    if (token != ':' && token != '|') {
      expression.append(' '); // operators of two signs stay together
    }
    expression.append(Lexer.decode(lexer.text(), lexer.start(), lexer.end()));
    return true;
  }

  /** A number stands for the sequence's object id. */
  private boolean isNumber() {
    byte first = lexer.text()[lexer.contentStart()];
    return lexer.contentStart() == lexer.contentEnd() || (first >= '0' && first <= '9');
  }
}
