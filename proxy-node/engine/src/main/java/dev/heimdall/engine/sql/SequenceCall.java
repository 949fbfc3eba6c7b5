package dev.heimdall.engine.sql;

/** Follows the argument of one {@code currval(sequence)} as the tokens go by. */
final class SequenceCall {
  private enum Step {
    NONE,
    ARGUMENT,
    AFTER_NAME,
    CAST,
    TYPE,
    AFTER_TYPE
  }

  private final Lexer lexer;
  private final EffectList effects;
  private Step step = Step.NONE;
  private String name;

  SequenceCall(Lexer lexer, EffectList effects) {
    this.lexer = lexer;
    this.effects = effects;
  }

  boolean isOpen() {
    return step != Step.NONE;
  }

  /** The opening parenthesis was seen. */
  void open() {
    step = Step.ARGUMENT;
  }

  /** Another text begins. */
  void reset() {
    step = Step.NONE;
  }

  /** The next token: a literal, perhaps cast, is a name; all else is computed by the server. */
  void token(int token) {
    Step at = step;
    step = Step.NONE;
    switch (at) {
      case ARGUMENT -> {
        if (token == Lexer.STRING && lexer.plain() && !isNumber()) {
          name = Lexer.decode(lexer.text(), lexer.start() + 1, lexer.end() - 1);
          step = Step.AFTER_NAME;
        }
      }
      case AFTER_NAME -> step = token == ':' ? Step.CAST : Step.NONE;
      case CAST -> step = token == ':' ? Step.TYPE : Step.NONE;
      case TYPE -> step = token == Lexer.WORD ? Step.AFTER_TYPE : Step.NONE;
      case AFTER_TYPE, NONE -> {}
    }
    if (step == Step.NONE) {
      boolean complete = token == ')' && (at == Step.AFTER_NAME || at == Step.AFTER_TYPE);
      effects.currentValue(complete ? name : "");
    }
  }

  /** A number stands for the sequence's object id. */
  private boolean isNumber() {
    byte first = lexer.text()[lexer.contentStart()];
    return lexer.contentStart() == lexer.contentEnd() || (first >= '0' && first <= '9');
  }
}
