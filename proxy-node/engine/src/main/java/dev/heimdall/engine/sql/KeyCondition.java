package dev.heimdall.engine.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * A plain condition of a statement's text, by its tokens: {@code column = value}, {@code column IN
 * (value, …)}, {@code column = ANY (array)}, {@code column BETWEEN value AND value} or {@code
 * column = column}.
 *
 * @param column the first token of the column's name, with what qualifies it
 * @param operator the token behind that
 * @param end the token behind the condition
 */
record KeyCondition(int column, int operator, int end) {
  /** Words behind which a condition is another clause's. */
  private static final String[] CLAUSES = {
    "order",
    "limit",
    "offset",
    "group",
    "fetch",
    "returning",
    "having",
    "window",
    "for",
    "into",
    "procedure",
    "lock",
    "option",
    "qualify",
    "where",
    "on"
  };

  /** True if two columns are compared. */
  boolean joins(KeyTokens tokens) {
    return tokens.kind(operator) == '=' && tokens.isName(operator + 1) && !isAny(tokens);
  }

  /** True if one of the elements of an array is meant. */
  boolean isAny(KeyTokens tokens) {
    return isAny(tokens, operator + 1);
  }

  private static boolean isAny(KeyTokens tokens, int at) {
    return tokens.dialect.hasArrays()
        && tokens.isAnyWord(at, "any", "some")
        && tokens.kind(at + 1) == '(';
  }

  /** The array: a value, or a list of them in brackets behind a word. */
  int array() {
    return operator + 3;
  }

  /** The type to which the array is converted; null for none. */
  String convertsTo(KeyTokens tokens) {
    return tokens.kind(end - 2) == ']' && tokens.kind(end - 3) == '[' ? tokens.name(end - 4) : null;
  }

  /** True if values between two are meant. */
  boolean isRange(KeyTokens tokens) {
    return tokens.isWord(operator, "between");
  }

  /**
   * The plain ones of the conditions that all hold, from one token to another.
   *
   * @return null where something there may make one of them needless
   */
  static List<KeyCondition> all(KeyTokens tokens, int from, int to) {
    int depth = 0;
    for (int i = from; i < to; i++) {
      depth += tokens.depth(i);
      boolean bars = tokens.kind(i) == '|' && tokens.kind(i + 1) == '|'; // OR to some servers
      if (depth < 0 || (depth == 0 && (bars || tokens.isAnyWord(i, "or", "xor")))) {
        return null;
      }
    }
    if (depth != 0) {
      return null;
    }
    List<KeyCondition> found = new ArrayList<>(4);
    int i = from;
    while (i >= 0 && i < to) {
      int end = tokens.kind(i) == '(' ? bracketed(tokens, i, to, found) : one(tokens, i, to, found);
      if (end == to || isClause(tokens, end)) {
        break;
      }
      i = tokens.isWord(end, "and") ? end + 1 : pastAnd(tokens, i, to);
    }
    return found;
  }

  /** Past a plain condition, which is found; -1 where none stands there. */
  private static int one(KeyTokens tokens, int at, int to, List<KeyCondition> found) {
    KeyCondition one = at(tokens, at);
    if (one == null || !isAll(tokens, one.end, to)) {
      return -1;
    }
    found.add(one);
    return one.end;
  }

  /** Past a bracket, whose plain conditions are found; -1 where that is but a part of one. */
  private static int bracketed(KeyTokens tokens, int at, int to, List<KeyCondition> found) {
    int depth = 1;
    int end = at + 1;
    while (end < to && depth > 0) {
      depth += tokens.depth(end++);
    }
    if (!isAll(tokens, end, to)) {
      return -1;
    }
    List<KeyCondition> within = all(tokens, at + 1, end - 1);
    found.addAll(within == null ? List.of() : within);
    return end;
  }

  /** True if a condition ends there, and is no operand of something else. */
  private static boolean isAll(KeyTokens tokens, int end, int to) {
    return end == to || tokens.isWord(end, "and") || isClause(tokens, end);
  }

  /** Null where none stands there. */
  private static KeyCondition at(KeyTokens tokens, int at) {
    int operator = pastColumn(tokens, at);
    if (operator < 0) {
      return null;
    }
    if (tokens.kind(operator) == '=' && isAny(tokens, operator + 1)) {
      int end = pastArray(tokens, operator + 3);
      return end < 0 || tokens.kind(end) != ')' ? null : new KeyCondition(at, operator, end + 1);
    }
    if (tokens.kind(operator) == '=') {
      int value = tokens.pastValue(operator + 1);
      int end = value < 0 ? pastColumn(tokens, operator + 1) : value;
      return end < 0 ? null : new KeyCondition(at, operator, end);
    }
    if (tokens.isWord(operator, "between")) {
      int and = tokens.pastValue(operator + 1);
      int end = and >= 0 && tokens.isWord(and, "and") ? tokens.pastValue(and + 1) : -1;
      return end < 0 ? null : new KeyCondition(at, operator, end);
    }
    if (!tokens.isWord(operator, "in") || tokens.kind(operator + 1) != '(') {
      return null;
    }
    int i = pastList(tokens, operator + 2);
    return i >= 0 && tokens.kind(i) == ')' ? new KeyCondition(at, operator, i + 1) : null;
  }

  /** Past values with commas between them; -1 where something else stands there. */
  private static int pastList(KeyTokens tokens, int at) {
    int i = tokens.pastValue(at);
    while (i >= 0 && tokens.kind(i) == ',') {
      i = tokens.pastValue(i + 1);
    }
    return i;
  }

  /** Past an array, and what converts it; -1 where none stands there. */
  private static int pastArray(KeyTokens tokens, int at) {
    int end = tokens.pastValue(at);
    if (tokens.isWord(at, "array") && tokens.kind(at + 1) == '[') {
      int last = pastList(tokens, at + 2);
      end = last >= 0 && tokens.kind(last) == ']' ? last + 1 : -1;
    }
    if (end < 0 || tokens.kind(end) != ':') {
      return end;
    }
    boolean converts =
        tokens.kind(end + 1) == ':'
            && tokens.kind(end + 2) == Lexer.WORD
            && tokens.kind(end + 3) == '['
            && tokens.kind(end + 4) == ']';
    return converts ? end + 5 : -1;
  }

  private static int pastColumn(KeyTokens tokens, int at) {
    int i = at;
    while (tokens.isName(i) && tokens.kind(i + 1) == '.') {
      i += 2;
    }
    return tokens.isName(i) ? i + 1 : -1;
  }

  private static boolean isClause(KeyTokens tokens, int i) {
    return tokens.isAnyWord(i, CLAUSES);
  }

  /** Past the AND behind a condition that is not plain; -1 where that is not known for certain. */
  private static int pastAnd(KeyTokens tokens, int from, int to) {
    int depth = 0;
    for (int i = from; i < to; i++) {
      depth += tokens.depth(i);
      if (depth != 0) {
        continue;
      }
      if (tokens.isWord(i, "and")) {
        return i + 1;
      }
      // Those two have an AND of their own.
      if (isClause(tokens, i) || tokens.isAnyWord(i, "between", "case")) {
        return -1;
      }
    }
    return -1;
  }
}
