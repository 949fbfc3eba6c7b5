package dev.heimdall.engine.sql;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads from a text, with the values of its parameters, which rows a statement can read or write.
 * It knows a few plain shapes, token by token; whatever else stands there means that nothing is
 * known. Used once.
 *
 * <ul>
 *   <li>{@code SELECT … FROM t JOIN u ON … WHERE column = value AND …}, see {@link JoinedRows}
 *   <li>{@code UPDATE t SET … WHERE column = value AND …}, of columns that it does not set, or sets
 *       to values
 *   <li>{@code DELETE FROM t WHERE column = value AND …}
 *   <li>{@code INSERT INTO t (column, …) VALUES (value, …), …}, perhaps with {@code OUTPUT …}
 *   <li>{@code INSERT INTO t SET column = value, …}
 *   <li>either of them with what is done about rows that conflict, see {@link ConflictClause}, or
 *       with {@code REPLACE}
 * </ul>
 *
 * <p>In the place of {@code = value} may stand {@code IN (value, …)} or {@code = ANY (array)}, and
 * of integers {@code BETWEEN value AND value}. A value is a literal, a parameter, or an expression
 * of them whose result is certain, see {@link ConstantRules}.
 */
public final class KeyReader {
  private final KeyColumns of;
  private final KeyTokens tokens;
  private final KeyValues values;
  private final Map<String, int[]> found = new HashMap<>(4);

  /** Numbers of the values that an UPDATE gives columns, where each of them is known. */
  private final Map<String, int[]> given = new HashMap<>(4);

  private String alias;

  /** The rows if no row was there that conflicts; null where that is the same. */
  private RowKeys ifOne;

  private KeyReader(KeyColumns of, KeyTokens tokens, KeyValues values) {
    this.of = of;
    this.tokens = tokens;
    this.values = values;
  }

  /**
   * The rows that a statement can read.
   *
   * @param of its tables, as the catalogue has them; it reads nothing else
   * @param parameters null where they are not known
   * @return by the table in full; all rows of a table that is not there
   */
  public static Map<String, RowKeys> read(
      List<KeyColumns> of,
      byte[] sql,
      int offset,
      int length,
      LexerMode mode,
      List<Parameter> parameters,
      SqlDialect dialect) {
    if (of.isEmpty() || parameters == null) {
      return Map.of();
    }
    KeyTokens tokens = KeyTokens.of(sql, offset, length, mode, parameters, dialect);
    return tokens == null || tokens.readElsewhere() || !tokens.isWord(0, "select")
        ? Map.of()
        : new JoinedRows(of, tokens, new KeyValues(tokens, parameters)).read();
  }

  /**
   * The rows that a statement can write.
   *
   * @param of its only table, as the catalogue has it, in a list; none where rows cannot be told
   *     apart
   * @param parameters null where they are not known
   */
  public static StatementRows written(
      List<KeyColumns> of,
      byte[] sql,
      int offset,
      int length,
      LexerMode mode,
      List<Parameter> parameters,
      SqlDialect dialect) {
    if (of.size() != 1 || parameters == null) {
      return StatementRows.UNKNOWN;
    }
    KeyTokens tokens = KeyTokens.of(sql, offset, length, mode, parameters, dialect);
    if (tokens == null || tokens.readElsewhere()) {
      return StatementRows.UNKNOWN;
    }
    KeyReader reader = new KeyReader(of.get(0), tokens, new KeyValues(tokens, parameters));
    return reader.statement()
        ? new StatementRows(RowKeys.of(of.get(0).table(), reader.found), reader.ifOne)
        : StatementRows.UNKNOWN;
  }

  private boolean statement() {
    int first = pastModifiers(1);
    if (tokens.isWord(0, "update")) {
      int set = target(first);
      return set >= 0 && tokens.isWord(set, "set") && update(set + 1);
    }
    if (tokens.isWord(0, "delete")) {
      int where = target(tokens.isWord(first, "from") ? first + 1 : first);
      where = where >= 0 && tokens.isWord(where, "output") ? tokens.outside(where, "where") : where;
      return where >= 0 && tokens.isWord(where, "where") && conditions(where + 1, Set.of());
    }
    return tokens.isAnyWord(0, "insert", "replace")
        && insert(tokens.isWord(first, "into") ? first + 1 : first);
  }

  /** Past words that have a statement write less, or later, and nothing else. */
  private int pastModifiers(int at) {
    int i = at;
    while (tokens.isAnyWord(i, "ignore", "low_priority", "high_priority", "quick")) {
      i++;
    }
    return i;
  }

  /** Past the table and its other name; -1 where there is more or less than that. */
  private int target(int at) {
    int i = pastTable(at);
    if (i < 0) {
      return -1;
    }
    if (tokens.isWord(i, "as")) {
      i++;
      if (!tokens.isName(i)) {
        return -1;
      }
    }
    if (tokens.isName(i) && !tokens.isAnyWord(i, "where", "set", "output")) {
      alias = tokens.name(i);
      i++;
    }
    return i;
  }

  private int pastTable(int at) {
    int i = at;
    while (tokens.isName(i) && tokens.kind(i + 1) == '.') {
      i += 2;
    }
    return tokens.isName(i) && tokens.names(i, of) ? i + 1 : -1;
  }

  private boolean update(int at) {
    Set<String> set = new HashSet<>(4);
    Set<String> unknown = new HashSet<>(4);
    int i = at;
    while (true) {
      while (tokens.isName(i) && tokens.kind(i + 1) == '.') {
        set.add(tokens.name(i)); // of a table, or of a column that has parts
        unknown.add(tokens.name(i));
        i += 2;
      }
      int sign = pastOperator(i + 1);
      if (!tokens.isName(i) || tokens.kind(sign) != '=') {
        return false;
      }
      String column = tokens.name(i);
      set.add(column);
      boolean plain = sign == i + 1;
      int depth = 0;
      i = sign + 1;
      while (i < tokens.count()
          && !(depth == 0 && (tokens.kind(i) == ',' || tokens.isWord(i, "where")))) {
        if (depth == 0 && tokens.isAnyWord(i, "from", "returning")) {
          return false;
        }
        depth += tokens.depth(i++);
      }
      if (i >= tokens.count()) {
        return false;
      }
      if (plain) {
        value(sign + 1, i, column, given, unknown);
      } else {
        unknown.add(column);
      }
      if (tokens.kind(i++) != ',') {
        given.keySet().removeAll(unknown);
        return conditions(i, set);
      }
    }
  }

  /** Past what stands ahead of the sign where a column is changed by its own value. */
  private int pastOperator(int at) {
    return switch (tokens.kind(at)) {
      case '+', '-', '*', '/', '%', '&', '^', '|' -> at + 1;
      default -> at;
    };
  }

  /** Notes conditions of columns that are not set, or are set to what is known. */
  private boolean conditions(int at, Set<String> set) {
    List<KeyCondition> all = KeyCondition.all(tokens, at, tokens.count());
    if (all == null) {
      return false;
    }
    for (KeyCondition one : all) {
      String column = tokens.name(one.operator() - 1);
      KeyColumn key = of.columns().get(column);
      if (key != null
          && !one.joins()
          && isOfTable(one)
          && (!set.contains(column) || given.containsKey(column))
          && !found.containsKey(column)) {
        int[] numbers = values.of(one, key);
        if (numbers != null) {
          found.put(column, set.contains(column) ? both(numbers, given.get(column)) : numbers);
        }
      }
    }
    return true;
  }

  private static int[] both(int[] before, int[] after) {
    int[] all = Arrays.copyOf(before, before.length + after.length);
    System.arraycopy(after, 0, all, before.length, after.length);
    return all;
  }

  private boolean isOfTable(KeyCondition one) {
    int names = (one.operator() - one.column()) / 2;
    return names == 0
        || (names == 1
            && (tokens.names(one.column(), of) || tokens.name(one.column()).equals(alias)));
  }

  private boolean insert(int at) {
    int i = pastTable(at);
    if (i >= 0 && tokens.isWord(i, "set")) {
      return assigned(i + 1);
    }
    if (i >= 0 && tokens.isWord(i, "as") && tokens.isName(i + 1)) {
      i += 2; // by another name an existing row is meant
    }
    if (i < 0 || tokens.kind(i) != '(') {
      return false;
    }
    String[] columns = new String[tokens.count()];
    int n = 0;
    do {
      if (!tokens.isName(i + 1)) {
        return false;
      }
      columns[n++] = tokens.name(i + 1);
      i += 2;
    } while (tokens.kind(i) == ',');
    int values = i + 1;
    if (tokens.isWord(values, "output")) { // what it is put into is no table, or another one
      values = tokens.outside(values, "values");
    }
    if (tokens.kind(i) != ')' || !tokens.isAnyWord(values, "values", "value")) {
      return false;
    }
    Set<String> unknown = new HashSet<>(4);
    int rows = 0;
    i = values;
    do {
      i = row(i + 1, columns, n, unknown);
      rows++;
    } while (i >= 0 && tokens.kind(i) == ',');
    return i >= 0 && isEnd(i, unknown, rows == 1);
  }

  /** The values of one row, each behind its column. */
  private boolean assigned(int at) {
    Set<String> unknown = new HashSet<>(4);
    int i = at;
    while (tokens.isName(i) && tokens.kind(i + 1) == '=') {
      int end = tokens.pastExpression(i + 2);
      value(i + 2, end, tokens.name(i), found, unknown);
      if (tokens.kind(end) != ',') {
        return isEnd(end, unknown, true);
      }
      i = end + 1;
    }
    return false;
  }

  /**
   * Behind the new rows. Of rows that are there already, and are updated or deleted in their place,
   * some columns alone are known.
   *
   * @param unknown columns of which it does not show what they get
   * @param single whether there is one new row
   */
  private boolean isEnd(int at, Set<String> unknown, boolean single) {
    found.keySet().removeAll(unknown);
    boolean replaces = tokens.isWord(0, "replace");
    boolean named = tokens.isWord(at, "as") && tokens.isName(at + 1);
    int end = named ? at + 2 : at;
    Set<String> same = of.columns().keySet();
    if (tokens.isWord(end, "on") && !replaces) {
      same = new ConflictClause(of, tokens, named ? tokens.name(at + 1) : null).columns(end);
    } else if (named || !(end == tokens.count() || tokens.isWord(end, "returning"))) {
      return false;
    } else if (replaces) {
      same = ConflictClause.everyUnique(of);
    }
    if (same == null) {
      return false;
    }
    if (single && (replaces || tokens.isWord(end + 1, "duplicate"))) {
      ifOne = RowKeys.of(of.table(), found);
    }
    found.keySet().retainAll(same);
    return true;
  }

  private void value(
      int at, int end, String column, Map<String, int[]> numbers, Set<String> unknown) {
    KeyColumn key = of.columns().get(column);
    if (key == null) {
      return;
    }
    long number = tokens.pastConstant(at) == end ? values.written(at, key) : KeyType.NONE;
    if (number == KeyType.NONE) {
      unknown.add(column);
    } else {
      add(column, (int) number, numbers, unknown);
    }
  }

  /**
   * Past the values of a row.
   *
   * @param unknown gets the columns of which it does not show what they get
   */
  private int row(int at, String[] columns, int n, Set<String> unknown) {
    if (tokens.kind(at) != '(') {
      return -1;
    }
    int i = at + 1;
    for (int column = 0; column < n; column++) {
      int end = tokens.pastExpression(i);
      if (tokens.kind(end) != (column == n - 1 ? ')' : ',')) {
        return -1;
      }
      value(i, end, columns[column], found, unknown);
      i = end + 1;
    }
    return i;
  }

  private static void add(
      String column, int number, Map<String, int[]> numbers, Set<String> unknown) {
    int[] before = numbers.get(column);
    int length = before == null ? 0 : before.length;
    if (length == RowKeys.MOST_VALUES) {
      unknown.add(column);
      return;
    }
    int[] more = before == null ? new int[1] : Arrays.copyOf(before, length + 1);
    more[length] = number;
    numbers.put(column, more);
  }
}
