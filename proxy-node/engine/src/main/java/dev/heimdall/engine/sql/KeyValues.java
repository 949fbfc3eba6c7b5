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
    int[] places = condition.values();
    if (condition.form() == KeyCondition.Form.RANGE) {
      return key.type() == KeyType.INTEGER ? between(places[0], places[1]) : null;
    }
    String type = condition.convertsTo(tokens);
    if (type != null && !tokens.dialect.comparesAs(key.type(), type)) {
      return null;
    }
    if (condition.form() == KeyCondition.Form.ARRAY) {
      return elements(places[0], key);
    }
    long limit = comparesAsFloat(places) ? EXACT_AS_FLOAT : Long.MAX_VALUE;
    int[] values = new int[places.length];
    int n = 0;
    for (int place : places) {
      long number = number(place, key, limit);
      if (number == KeyType.NONE) {
        return null;
      }
      if (number != KeyType.OF_NULL) { // equals nothing
        values[n++] = (int) number;
      }
    }
    return n == 0 ? null : Arrays.copyOf(values, n);
  }

  /** Numbers of the elements of an array that is one value; null where one of them is not known. */
  private int[] elements(int i, KeyColumn key) {
    Parameter array =
        switch (tokens.kind(i)) {
          case Lexer.STRING ->
              new Parameter(
                  0, false, Arrays.copyOfRange(tokens.text, tokens.start(i), tokens.end(i)));
          case Lexer.PARAMETER -> tokens.parameter(i);
          default -> null;
        };
    if (array == null || array.value() == null) {
      return null;
    }
    boolean guessed =
        array.type() == 0 && tokens.kind(i) == Lexer.PARAMETER && tokens.isElsewhere(i);
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
  private int[] between(int from, int to) {
    long least = whole(from);
    long most = whole(to);
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
    Constant constant = tokens.constant(i);
    if (constant != null) {
      return constant.isWhole() ? constant.whole() : KeyType.NONE;
    }
    return switch (tokens.kind(i)) {
      case Lexer.NUMBER -> KeyType.whole(tokens.text, tokens.start(i), tokens.end(i));
      case '-' ->
          tokens.end(i) == tokens.start(i + 1)
              ? KeyType.whole(tokens.text, tokens.start(i), tokens.end(i + 1))
              : KeyType.NONE;
      case Lexer.PARAMETER -> whole(tokens.parameter(i), i);
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
  private boolean comparesAsFloat(int[] places) {
    boolean texts = false;
    for (int i : places) {
      Parameter value = tokens.kind(i) == Lexer.PARAMETER ? tokens.parameter(i) : null;
      texts |=
          tokens.kind(i) == Lexer.STRING
              || (value != null && !value.binary())
              || tokens.constant(i) != null;
    }
    return texts && tokens.dialect.comparesTextAsFloat();
  }

  /**
   * The number of a value that is written into a column, {@link KeyType#OF_NULL} for NULL, or
   * {@link KeyType#NONE}.
   */
  long written(int i, KeyColumn key) {
    boolean computed = tokens.constant(i) != null && tokens.dialect.comparesTextAsFloat();
    return number(i, key, computed ? EXACT_AS_FLOAT : Long.MAX_VALUE);
  }

  private long number(int i, KeyColumn key, long limit) {
    boolean integer = key.type() == KeyType.INTEGER;
    byte[] text = tokens.text;
    int start = tokens.start(i);
    int end = tokens.end(i);
    Constant constant = tokens.constant(i);
    if (constant != null) {
      return number(constant, key, limit);
    }
    return switch (tokens.kind(i)) {
      case Lexer.STRING -> key.number(text, start, end, limit);
      case Lexer.NUMBER -> integer ? key.number(text, start, end, limit) : KeyType.NONE;
      case '-' ->
          // Between the two may be blanks.
          integer && end == tokens.start(i + 1)
              ? key.number(text, start, tokens.end(i + 1), limit)
              : KeyType.NONE;
      case Lexer.PARAMETER -> number(tokens.parameter(i), i, key, limit);
      default -> KeyType.NONE;
    };
  }

  private long number(Constant value, KeyColumn key, long limit) {
    ConstantRules rules = tokens.dialect.constants();
    if (value.isNull()) {
      return rules.nullEqualsNothing() ? KeyType.OF_NULL : KeyType.NONE;
    }
    if (!rules.comparesAs(key.type(), value)) {
      return KeyType.NONE;
    }
    if (value.isWhole()) {
      boolean exact = value.whole() >= -limit && value.whole() <= limit;
      return exact ? key.number(value.whole()) : KeyType.NONE;
    }
    byte[] bytes = value.bytes();
    return value.kind() == Constant.Kind.UNTYPED_BINARY
        ? key.binary(bytes, limit)
        : key.number(bytes, 0, bytes.length, limit);
  }

  private long number(Parameter value, int i, KeyColumn key, long limit) {
    ConstantRules rules = tokens.dialect.constants();
    if (value != null && value.value() == null && rules != null && rules.nullEqualsNothing()) {
      return KeyType.OF_NULL;
    }
    return isRead(value, i, key.type()) ? number(value, key, limit) : KeyType.NONE;
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
        && !(value.type() == 0 && tokens.isElsewhere(i));
  }
}
