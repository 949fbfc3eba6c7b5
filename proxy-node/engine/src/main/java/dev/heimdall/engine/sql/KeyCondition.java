package dev.heimdall.engine.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * A plain condition of a statement's text, by its tokens: {@code column = value}, {@code column IN
 * (value, …)}, {@code column = ANY (array)}, {@code column BETWEEN value AND value} or {@code
 * column = column}. One of a row, {@code (column, …) = (value, …)}, is one of each column.
 *
 * @param column the first token of the column's name, with what qualifies it
 * @param operator the token behind that
 * @param end the token behind the condition
 * @param values the first token of each value: all of them in a list, two of a range, the array;
 *     none where two columns are compared
 */
record KeyCondition(Form form, int column, int operator, int end, int[] values) {
  /** Form of the values that a column is compared with. */
  enum Form {
    COLUMN,
    VALUES,
    RANGE,
    ARRAY
  }

  private static final int[] NO_VALUES = {};

  private static final int MOST_COLUMNS = 16;

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
  boolean joins() {
    return form == Form.COLUMN;
  }

  private static boolean isAny(KeyTokens tokens, int at) {
    return tokens.dialect.hasArrays()
        && tokens.isAnyWord(at, "any", "some")
        && tokens.kind(at + 1) == '(';
  }

  /** The type to which the array is converted; null for none. */
  String convertsTo(KeyTokens tokens) {
    return tokens.kind(end - 2) == ']' && tokens.kind(end - 3) == '[' ? tokens.name(end - 4) : null;
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
      boolean bars = // OR to some servers
          !tokens.dialect.concatenatesByBars()
              && tokens.kind(i) == '|'
              && tokens.kind(i + 1) == '|';
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

  /**
   * Past a bracket, whose plain conditions are found, or those of a row; -1 where that is but a
   * part of another one.
   */
  private static int bracketed(KeyTokens tokens, int at, int to, List<KeyCondition> found) {
    int depth = 1;
    int end = at + 1;
    while (end < to && depth > 0) {
      depth += tokens.depth(end++);
    }
    if (!isAll(tokens, end, to)) {
      return row(tokens, at, to, found);
    }
    List<KeyCondition> within = all(tokens, at + 1, end - 1);
    found.addAll(within == null ? List.of() : within);
    return end;
  }

  /** True if a condition ends there, and is no operand of something else. */
  private static boolean isAll(KeyTokens tokens, int end, int to) {
    return end == to || tokens.isWord(end, "and") || isClause(tokens, end);
  }

  /** Past a condition of a row, of whose columns each is found; -1 where none stands there. */
  private static int row(KeyTokens tokens, int at, int to, List<KeyCondition> found) {
    int[] columns = new int[MOST_COLUMNS];
    int[] operators = new int[MOST_COLUMNS];
    int n = 0;
    int i = at;
    do {
      columns[n] = i + 1;
      i = n == MOST_COLUMNS - 1 ? -1 : pastColumn(tokens, i + 1);
      operators[n++] = i;
    } while (i >= 0 && tokens.kind(i) == ',');
    if (i < 0 || tokens.kind(i) != ')') {
      return -1;
    }
    List<int[]> rows = new ArrayList<>(4);
    boolean list = tokens.isWord(i + 1, "in") && tokens.kind(i + 2) == '(';
    int end = list ? i + 3 : i + 2;
    if (!list && tokens.kind(i + 1) != '=') {
      return -1;
    }
    end = pastRow(tokens, end, n, rows);
    while (list && end >= 0 && tokens.kind(end) == ',') {
      end = pastRow(tokens, end + 1, n, rows);
    }
    if (list) {
      end = end >= 0 && tokens.kind(end) == ')' ? end + 1 : -1;
    }
    if (end < 0 || !isAll(tokens, end, to)) {
      return -1;
    }
    for (int column = 0; column < n; column++) {
      int which = column;
      int[] values = rows.stream().mapToInt(row -> row[which]).toArray();
      found.add(new KeyCondition(Form.VALUES, columns[column], operators[column], end, values));
    }
    return end;
  }

  /** Past so many values in brackets, which are added; -1 where something else stands there. */
  private static int pastRow(KeyTokens tokens, int at, int n, List<int[]> rows) {
    List<Integer> values = new ArrayList<>(n);
    int end = tokens.kind(at) == '(' ? pastList(tokens, at + 1, values) : -1;
    if (end < 0 || tokens.kind(end) != ')' || values.size() != n) {
      return -1;
    }
    rows.add(values.stream().mapToInt(Integer::intValue).toArray());
    return end + 1;
  }

  /** Null where none stands there. */
  private static KeyCondition at(KeyTokens tokens, int at) {
    int operator = pastColumn(tokens, at);
    if (operator < 0) {
      return null;
    }
    if (tokens.kind(operator) == '=' && isAny(tokens, operator + 1)) {
      int array = operator + 3;
      List<Integer> values = new ArrayList<>(4);
      int end = pastArray(tokens, array, values);
      return end < 0 || tokens.kind(end) != ')'
          ? null
          : values.isEmpty()
              ? new KeyCondition(Form.ARRAY, at, operator, end + 1, new int[] {array})
              : of(Form.VALUES, at, operator, end + 1, values);
    }
    if (tokens.kind(operator) == '=') {
      int end = tokens.pastConstant(operator + 1);
      if (end >= 0) {
        return new KeyCondition(Form.VALUES, at, operator, end, new int[] {operator + 1});
      }
      end = pastColumn(tokens, operator + 1);
      return end < 0 ? null : new KeyCondition(Form.COLUMN, at, operator, end, NO_VALUES);
    }
    if (tokens.isWord(operator, "between")) {
      int and = tokens.pastConstant(operator + 1);
      int end = and >= 0 && tokens.isWord(and, "and") ? tokens.pastConstant(and + 1) : -1;
      return end < 0
          ? null
          : new KeyCondition(Form.RANGE, at, operator, end, new int[] {operator + 1, and + 1});
    }
    if (!tokens.isWord(operator, "in") || tokens.kind(operator + 1) != '(') {
      return null;
    }
    List<Integer> values = new ArrayList<>(4);
    int i = pastList(tokens, operator + 2, values);
    return i >= 0 && tokens.kind(i) == ')' ? of(Form.VALUES, at, operator, i + 1, values) : null;
  }

  private static KeyCondition of(
      Form form, int column, int operator, int end, List<Integer> values) {
    return new KeyCondition(
        form, column, operator, end, values.stream().mapToInt(Integer::intValue).toArray());
  }

  /**
   * Past values with commas between them, which are added; -1 where something else stands there.
   */
  private static int pastList(KeyTokens tokens, int at, List<Integer> values) {
    values.add(at);
    int i = tokens.pastConstant(at);
    while (i >= 0 && tokens.kind(i) == ',') {
      values.add(i + 1);
      i = tokens.pastConstant(i + 1);
    }
    return i;
  }

  /**
   * Past an array, and what converts it; -1 where none stands there.
   *
   * @param values gets those of one that is not a value by itself
   */
  private static int pastArray(KeyTokens tokens, int at, List<Integer> values) {
    int end = tokens.pastValue(at);
    if (tokens.isWord(at, "array") && tokens.kind(at + 1) == '[') {
      int last = pastList(tokens, at + 2, values);
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
