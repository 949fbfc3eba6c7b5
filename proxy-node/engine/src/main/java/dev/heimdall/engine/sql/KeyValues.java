package dev.heimdall.engine.sql;

import java.util.Arrays;
import java.util.List;

/** Numbers of the values that stand in a statement's text, or are those of its parameters. */
final class KeyValues {
  /** Integers up to here are equal as floating-point numbers only if they are. */
  private static final long EXACT_AS_FLOAT = 999_999_999_999_999L;

  private final KeyTokens tokens;
  private final List<Parameter> parameters;

  KeyValues(KeyTokens tokens, List<Parameter> parameters) {
    this.tokens = tokens;
    this.parameters = parameters;
  }

  /**
   * Numbers of the values that a condition compares a column with.
   *
   * @return null where one of them is not known
   */
  int[] of(KeyCondition condition, KeyColumn key) {
    if (condition.isRange(tokens)) {
      return key.type() == KeyType.INTEGER ? between(condition.operator() + 1) : null;
    }
    if (condition.isAny(tokens)) {
      String type = condition.convertsTo(tokens);
      if (type != null && !tokens.dialect.comparesAs(key.type(), type)) {
        return null;
      }
      if (!tokens.isWord(condition.array(), "array")) {
        return elements(condition.array(), key);
      }
    }
    int from = condition.operator() + 1;
    long limit = comparesAsFloat(from, condition.end()) ? EXACT_AS_FLOAT : Long.MAX_VALUE;
    int[] values = new int[1 + (condition.end() - from) / 2];
    int n = 0;
    for (int i = from; i < condition.end(); i = Math.max(i + 1, tokens.pastValue(i))) {
      if (tokens.pastValue(i) < 0) {
        continue; // a bracket or a comma
      }
      long number = number(i, key, limit);
      if (number == KeyType.NONE) {
        return null;
      }
      values[n++] = (int) number;
    }
    return Arrays.copyOf(values, n);
  }

  /** Numbers of the elements of an array that is one value; null where one of them is not known. */
  private int[] elements(int i, KeyColumn key) {
    Parameter array =
        switch (tokens.kind(i)) {
          case Lexer.STRING ->
              new Parameter(
                  0, false, Arrays.copyOfRange(tokens.text, tokens.start(i), tokens.end(i)));
          case Lexer.PARAMETER -> parameter(i);
          default -> null;
        };
    if (array == null || array.value() == null) {
      return null;
    }
    boolean guessed = array.type() == 0 && tokens.kind(i) == Lexer.PARAMETER && isElsewhere(i);
    List<Parameter> all = guessed ? null : tokens.dialect.elements(array, RowKeys.MOST_VALUES);
    if (all == null || all.isEmpty()) {
      return null;
    }
    int[] values = new int[all.size()];
    for (int n = 0; n < values.length; n++) {
      Parameter one = all.get(n);
      long number =
          tokens.dialect.comparesAs(key.type(), one.type())
              ? number(one, key, Long.MAX_VALUE)
              : KeyType.NONE;
      if (number == KeyType.NONE) {
        return null;
      }
      values[n] = (int) number;
    }
    return values;
  }

  /** Numbers of the integers from one value to another, both included; null for too many. */
  private int[] between(int from) {
    long least = whole(from);
    long most = whole(tokens.pastValue(from) + 1);
    boolean known = least != KeyType.NONE && most != KeyType.NONE;
    if (!known || most < least || most - least >= RowKeys.MOST_VALUES) {
      return null;
    }
    int[] values = new int[(int) (most - least) + 1];
    for (int i = 0; i < values.length; i++) {
      values[i] = (int) KeyType.number(least + i);
    }
    return values;
  }

  /** An integer that is one to every server, or {@link KeyType#NONE}. */
  private long whole(int i) {
    return switch (tokens.kind(i)) {
      case Lexer.NUMBER -> KeyType.whole(tokens.text, tokens.start(i), tokens.end(i));
      case '-' ->
          tokens.end(i) == tokens.start(i + 1)
              ? KeyType.whole(tokens.text, tokens.start(i), tokens.end(i + 1))
              : KeyType.NONE;
      case Lexer.PARAMETER -> whole(parameter(i), i);
      default -> KeyType.NONE;
    };
  }

  private long whole(Parameter value, int i) {
    if (!isRead(value, i, KeyType.INTEGER)) {
      return KeyType.NONE;
    }
    if (value.binary()) {
      return KeyType.whole(value.value());
    }
    return tokens.dialect.comparesTextAsFloat()
        ? KeyType.NONE
        : KeyType.whole(value.value(), 0, value.value().length);
  }

  /** True if one of the values may be a text, and the server compares all of them by that. */
  private boolean comparesAsFloat(int from, int end) {
    boolean texts = false;
    for (int i = from; i < end; i++) {
      Parameter value = tokens.kind(i) == Lexer.PARAMETER ? parameter(i) : null;
      texts |= tokens.kind(i) == Lexer.STRING || (value != null && !value.binary());
    }
    return texts && tokens.dialect.comparesTextAsFloat();
  }

  /** The number of a value that is written into a column, or {@link KeyType#NONE}. */
  long written(int i, KeyColumn key) {
    return number(i, key, Long.MAX_VALUE);
  }

  private long number(int i, KeyColumn key, long limit) {
    boolean integer = key.type() == KeyType.INTEGER;
    byte[] text = tokens.text;
    int start = tokens.start(i);
    int end = tokens.end(i);
    return switch (tokens.kind(i)) {
      case Lexer.STRING -> key.number(text, start, end, limit);
      case Lexer.NUMBER -> integer ? key.number(text, start, end, limit) : KeyType.NONE;
      case '-' ->
          // Between the two may be blanks.
          integer && end == tokens.start(i + 1)
              ? key.number(text, start, tokens.end(i + 1), limit)
              : KeyType.NONE;
      case Lexer.PARAMETER -> number(parameter(i), i, key, limit);
      default -> KeyType.NONE;
    };
  }

  /** Null for one that is not there. */
  private Parameter parameter(int i) {
    int number = tokens.start(i);
    return number == 0 || number > parameters.size() ? null : parameters.get(number - 1);
  }

  private long number(Parameter value, int i, KeyColumn key, long limit) {
    if (!isRead(value, i, key.type())) {
      return KeyType.NONE;
    }
    return number(value, key, limit);
  }

  private static long number(Parameter value, KeyColumn key, long limit) {
    return value.binary()
        ? key.binary(value.value(), limit)
        : key.number(value.value(), 0, value.value().length, limit);
  }

  private boolean isRead(Parameter value, int i, KeyType type) {
    return value != null
        && value.value() != null
        && tokens.dialect.comparesAs(type, value.type())
        && !(value.type() == 0 && isElsewhere(i));
  }

  /** True if a parameter without a type stands elsewhere, too, which may give it another one. */
  private boolean isElsewhere(int here) {
    for (int i = 0; i < tokens.count(); i++) {
      if (i != here && tokens.kind(i) == Lexer.PARAMETER && tokens.start(i) == tokens.start(here)) {
        return true;
      }
    }
    return false;
  }
}
