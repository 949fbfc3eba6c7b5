package dev.heimdall.engine.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * Evaluates the expressions of constants in a text, by the rules of its dialect. What follows an
 * expression is for its caller to look at: an operator that is not known here has not been read.
 */
final class ConstantReader {
  /** Brackets within brackets. */
  private static final int MOST_DEPTH = 16;

  private static final int MOST_ARGUMENTS = 16;

  /** Operators from those that bind least on; a bar stands for two. */
  private static final String[] LEVELS = {"|", "+-", "*/%"};

  private final KeyTokens tokens;
  private final ConstantRules rules;
  private Constant value;
  private int depth;

  ConstantReader(KeyTokens tokens, ConstantRules rules) {
    this.tokens = tokens;
    this.rules = rules;
  }

  /** Past the expression that begins at a token; -1 where none does whose value is known. */
  int past(int at) {
    depth = 0;
    return operation(at, 0);
  }

  /** The value of the expression that was read last. */
  Constant value() {
    return value;
  }

  /** Takes a value that may be unknown; the result is {@code end}, or -1. */
  private int take(Constant known, int end) {
    value = known;
    return known == null ? -1 : end;
  }

  private int operation(int at, int level) {
    if (level == LEVELS.length) {
      return signed(at);
    }
    int end = operation(at, level + 1);
    while (end >= 0) {
      char operator = operator(end);
      if (operator == 0 || LEVELS[level].indexOf(operator) < 0) {
        return end;
      }
      Constant left = value;
      end = operation(behindOperator(end), level + 1);
      end = end < 0 ? -1 : take(rules.operation(operator, left, value), end);
    }
    return -1;
  }

  private int signed(int at) {
    char sign = operator(at);
    if (sign != '-' && sign != '+') {
      return converted(operand(at));
    }
    if (++depth > MOST_DEPTH) {
      return -1;
    }
    int end = signed(behindOperator(at));
    depth--;
    return end < 0 || sign == '+' ? end : take(rules.negated(value), end);
  }

  /** Past {@code ::type}, as often as it stands behind a value. */
  private int converted(int behind) {
    int end = behind;
    while (end >= 0
        && rules.hasShortCasts()
        && tokens.kind(end) == ':'
        && tokens.kind(end + 1) == ':') {
      end = type(end + 2, value);
    }
    return end;
  }

  private int operand(int at) {
    switch (tokens.kind(at)) {
      case Lexer.NUMBER -> {
        long number = KeyType.whole(tokens.text, tokens.start(at), tokens.end(at));
        return take(number == KeyType.NONE ? null : rules.number(number), at + 1);
      }
      case Lexer.STRING -> {
        return take(literal(at), at + 1);
      }
      case Lexer.PARAMETER -> {
        Parameter parameter = tokens.parameter(at);
        Constant known =
            parameter == null ? null : rules.parameter(parameter, tokens.isElsewhere(at));
        return take(known, at + 1);
      }
      case '(' -> {
        if (++depth > MOST_DEPTH) {
          return -1;
        }
        int end = operation(at + 1, 0);
        depth--;
        return end >= 0 && tokens.kind(end) == ')' ? end + 1 : -1;
      }
      case Lexer.WORD -> {
        return word(at);
      }
      default -> {
        return -1;
      }
    }
  }

  private Constant literal(int at) {
    Constant untyped =
        Constant.text(Constant.Kind.UNTYPED, tokens.text, tokens.start(at), tokens.end(at));
    return untyped == null ? null : rules.literal(untyped);
  }

  private int word(int at) {
    if (tokens.isWord(at, "null")) {
      return take(rules.nothing(), at + 1);
    }
    if (tokens.kind(at + 1) == Lexer.STRING && rules.hasShortCasts()) {
      Constant literal = literal(at + 1);
      return literal == null ? -1 : take(rules.cast(literal, tokens.word(at), -1), at + 2);
    }
    boolean adjacent = tokens.end(at) == tokens.start(at + 1);
    if (tokens.kind(at + 1) != '(' || (rules.callsWithoutBlank() && !adjacent)) {
      return -1;
    }
    if (++depth > MOST_DEPTH) {
      return -1;
    }
    int end =
        tokens.isWord(at, "cast")
            ? cast(at + 2)
            : tokens.isWord(at, "convert") ? conversion(at + 2) : call(at);
    depth--;
    return end >= 0 && tokens.kind(end) == ')' ? end + 1 : -1;
  }

  private int cast(int at) {
    int end = operation(at, 0);
    return end >= 0 && tokens.isWord(end, "as") ? type(end + 1, value) : -1;
  }

  private int conversion(int at) {
    if (!rules.convertsToFirst()) {
      int end = operation(at, 0);
      return end >= 0 && tokens.kind(end) == ',' ? type(end + 1, value) : -1;
    }
    int comma = at;
    for (int level = 0; comma < tokens.count() && !(level == 0 && tokens.kind(comma) == ','); ) {
      level += tokens.depth(comma++);
    }
    int end = operation(comma + 1, 0);
    return end >= 0 && type(at, value) == comma ? end : -1;
  }

  /** Past a type, to which a value is converted. */
  private int type(int at, Constant from) {
    if (tokens.kind(at) != Lexer.WORD) {
      return -1;
    }
    String name = tokens.word(at);
    int end = at + 1;
    if (tokens.isAnyWord(end, "varying", "integer", "int")) {
      name = name + ' ' + tokens.word(end++);
    }
    int length = -1;
    if (tokens.kind(end) == '(') {
      long most =
          tokens.kind(end + 1) == Lexer.NUMBER && tokens.kind(end + 2) == ')'
              ? KeyType.whole(tokens.text, tokens.start(end + 1), tokens.end(end + 1))
              : KeyType.NONE;
      if (most < 1 || most > Short.MAX_VALUE) {
        return -1;
      }
      length = (int) most;
      end += 3;
    }
    boolean array = tokens.kind(end) == '[';
    return array ? -1 : take(rules.cast(from, name, length), end);
  }

  private int call(int at) {
    List<Constant> arguments = new ArrayList<>(4);
    int end = at + 1;
    do {
      end = operation(end + 1, 0);
      if (end < 0 || arguments.size() == MOST_ARGUMENTS) {
        return -1;
      }
      arguments.add(value);
    } while (tokens.kind(end) == ',');
    return take(rules.call(tokens.word(at), arguments), end);
  }

  /** The operator at a token, a bar for that of two; 0 for none that is known here. */
  private char operator(int at) {
    int sign = tokens.kind(at);
    return switch (sign) {
      case '+', '-', '*', '/', '%' -> tokens.operatorLength(at) == 1 ? (char) sign : 0;
      case '|' -> tokens.kind(at + 1) == '|' && tokens.operatorLength(at) == 2 ? '|' : 0;
      default -> 0;
    };
  }

  private int behindOperator(int at) {
    int stop = tokens.start(at) + tokens.operatorLength(at);
    int next = at + 1;
    while (next < tokens.count() && tokens.end(next) <= stop) {
      next++;
    }
    return next;
  }
}
