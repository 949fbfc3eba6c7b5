package dev.heimdall.engine.sql;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads from a text, with the values of its parameters, which rows of its only table a statement
 * can read or write. It knows a few plain shapes, token by token; whatever else stands there means
 * that nothing is known. Used once.
 *
 * <ul>
 *   <li>{@code SELECT … FROM t WHERE column = value AND …}
 *   <li>{@code UPDATE t SET … WHERE column = value AND …}, of columns that it does not set
 *   <li>{@code DELETE FROM t WHERE column = value AND …}
 *   <li>{@code INSERT INTO t (column, …) VALUES (value, …), …}
 * </ul>
 *
 * <p>In the place of {@code = value} may stand {@code IN (value, …)}.
 */
public final class KeyReader {
  /** Of longer statements nothing is known. */
  private static final int MOST_TOKENS = 2_000;

  /** A literal whose value is not what stands there. */
  private static final int UNREADABLE = -3;

  private final KeyColumns of;
  private final byte[] text;
  private final List<Parameter> parameters;
  private final SqlDialect dialect;
  private final Lexer lexer;
  private final Map<String, int[]> found = new HashMap<>(4);

  /** Of each token its kind, and where it is; of a literal, what is between its quotes. */
  private int[] kinds = new int[64];

  private int[] starts = new int[64];
  private int[] ends = new int[64];
  private int count;
  private String alias;

  private KeyReader(
      KeyColumns of, byte[] text, List<Parameter> parameters, SqlDialect dialect, Lexer lexer) {
    this.of = of;
    this.text = text;
    this.parameters = parameters;
    this.dialect = dialect;
    this.lexer = lexer;
  }

  /**
   * The rows that a statement can read or write.
   *
   * @param of its only table, as the catalogue has it; null where rows cannot be told apart
   * @param parameters null where they are not known
   * @return null where nothing is known
   */
  public static RowKeys read(
      KeyColumns of,
      byte[] sql,
      int offset,
      int length,
      LexerMode mode,
      List<Parameter> parameters,
      SqlDialect dialect) {
    if (of == null || mode.doubtful() || mode.hiddenSigns() || parameters == null) {
      return null;
    }
    Lexer lexer = dialect.lexer(false);
    lexer.reset(sql, offset, length, mode);
    KeyReader reader = new KeyReader(of, sql, parameters, dialect, lexer);
    return reader.tokens() && reader.statement() ? RowKeys.of(of.table(), reader.found) : null;
  }

  private boolean tokens() {
    for (int kind = lexer.next(); kind != Lexer.END; kind = lexer.next()) {
      if (kind == Lexer.BROKEN || count == MOST_TOKENS) {
        return false;
      }
      if (count == kinds.length) {
        kinds = Arrays.copyOf(kinds, 2 * count);
        starts = Arrays.copyOf(starts, 2 * count);
        ends = Arrays.copyOf(ends, 2 * count);
      }
      boolean literal = kind == Lexer.STRING;
      boolean plain =
          literal ? lexer.plain() && !lexer.hasBackslash() : kind != Lexer.WORD || isAscii();
      kinds[count] = plain ? kind : UNREADABLE;
      starts[count] = literal ? lexer.contentStart() : lexer.start();
      ends[count++] = literal ? lexer.contentEnd() : lexer.end();
    }
    if (count > 0 && kind(count - 1) == ';') {
      count--;
    }
    return true;
  }

  /** True if nobody can fold the word in another way. */
  private boolean isAscii() {
    for (int at = lexer.start(); at < lexer.end(); at++) {
      if (text[at] < 0) {
        return false;
      }
    }
    return true;
  }

  private boolean statement() {
    if (readsElsewhere()) {
      return false;
    }
    if (isWord(0, "select")) {
      int from = outside(1, "from");
      int where = from < 0 ? -1 : target(from + 1);
      return where >= 0 && isWord(where, "where") && conditions(where + 1, Set.of());
    }
    if (isWord(0, "update")) {
      int set = target(1);
      return set >= 0 && isWord(set, "set") && update(set + 1);
    }
    if (isWord(0, "delete") && isWord(1, "from")) {
      int where = target(2);
      return where >= 0 && isWord(where, "where") && conditions(where + 1, Set.of());
    }
    return isWord(0, "insert") && isWord(1, "into") && insert(2);
  }

  /** True if rows may be read or written that no condition of the text's own is about. */
  private boolean readsElsewhere() {
    for (int i = 0; i < count; i++) {
      boolean other =
          (i > 0 && isWord(i, "select"))
              || isWord(i, "with")
              || isWord(i, "table")
              || isWord(i, "union")
              || isWord(i, "intersect")
              || isWord(i, "except")
              || isWord(i, "minus")
              || kind(i) == ';';
      if (other) {
        return true;
      }
    }
    return false;
  }

  /** The first place of a word outside of brackets; -1 for none. */
  private int outside(int from, String word) {
    int depth = 0;
    for (int i = from; i < count; i++) {
      depth += depth(i);
      if (depth == 0 && isWord(i, word)) {
        return i;
      }
    }
    return -1;
  }

  private int depth(int i) {
    return switch (kind(i)) {
      case '(', '[' -> 1;
      case ')', ']' -> -1;
      default -> 0;
    };
  }

  /** Past the table and its other name; -1 where there is more or less than that. */
  private int target(int at) {
    int i = pastTable(at);
    if (i < 0) {
      return -1;
    }
    if (isWord(i, "as")) {
      i++;
      if (!isName(i)) {
        return -1;
      }
    }
    if (isName(i) && !isWord(i, "where") && !isWord(i, "set")) {
      alias = name(i);
      i++;
    }
    return i;
  }

  private int pastTable(int at) {
    int i = at;
    while (isName(i) && kind(i + 1) == '.') {
      i += 2;
    }
    return isName(i) && name(i).equals(of.name()) ? i + 1 : -1;
  }

  private boolean update(int at) {
    Set<String> set = new HashSet<>(4);
    int i = at;
    while (true) {
      if (!isName(i) || kind(i + 1) != '=') {
        return false;
      }
      set.add(name(i));
      int depth = 0;
      i += 2;
      while (i < count && !(depth == 0 && (kind(i) == ',' || isWord(i, "where")))) {
        if (depth == 0 && (isWord(i, "from") || isWord(i, "returning"))) {
          return false;
        }
        depth += depth(i++);
      }
      if (i >= count) {
        return false;
      }
      if (kind(i++) != ',') {
        return conditions(i, set);
      }
    }
  }

  /**
   * Conditions that all hold, as far as they are plain from the first on; what comes then must not
   * be able to make one of them needless.
   */
  private boolean conditions(int at, Set<String> set) {
    int i = at;
    while (i < count) {
      int end = condition(i);
      boolean last = end == count || endsConditions(end);
      if (end < 0 || !(last || isWord(end, "and"))) {
        break;
      }
      note(i, end, set);
      i = last ? end : end + 1;
      if (last) {
        break;
      }
    }
    int depth = 0;
    for (; i < count; i++) {
      depth += depth(i);
      if (depth == 0 && (isWord(i, "or") || isWord(i, "xor"))) {
        return false;
      }
    }
    return depth == 0;
  }

  private boolean endsConditions(int i) {
    return isWord(i, "order")
        || isWord(i, "limit")
        || isWord(i, "offset")
        || isWord(i, "group")
        || isWord(i, "fetch")
        || isWord(i, "returning");
  }

  /** Past a plain condition; -1 where none stands there. */
  private int condition(int at) {
    int i = pastColumn(at);
    if (i < 0) {
      return -1;
    }
    if (kind(i) == '=') {
      return pastValue(i + 1);
    }
    if (!isWord(i, "in") || kind(i + 1) != '(') {
      return -1;
    }
    do {
      i = pastValue(kind(i) == ',' ? i + 1 : i + 2);
    } while (i >= 0 && kind(i) == ',');
    return i >= 0 && kind(i) == ')' ? i + 1 : -1;
  }

  private int pastColumn(int at) {
    if (!isName(at)) {
      return -1;
    }
    if (kind(at + 1) != '.') {
      return at + 1;
    }
    String table = name(at);
    boolean known = table.equals(of.name()) || table.equals(alias);
    return known && isName(at + 2) && kind(at + 3) != '.' ? at + 3 : -1;
  }

  private int pastValue(int i) {
    return switch (kind(i)) {
      case Lexer.NUMBER, Lexer.STRING, Lexer.PARAMETER, UNREADABLE -> i + 1;
      case '-' -> kind(i + 1) == Lexer.NUMBER ? i + 2 : -1;
      default -> -1;
    };
  }

  private void note(int at, int end, Set<String> set) {
    int operator = pastColumn(at);
    String column = name(operator - 1);
    KeyType type = of.types().get(column);
    if (type == null || set.contains(column) || found.containsKey(column)) {
      return;
    }
    int[] values = new int[1 + (end - operator) / 2];
    int n = 0;
    for (int i = operator + 1; i < end; i = Math.max(i + 1, pastValue(i))) {
      if (pastValue(i) < 0) {
        continue; // a bracket or a comma
      }
      long number = number(i, type);
      if (number == KeyType.NONE) {
        return;
      }
      values[n++] = (int) number;
    }
    found.put(column, Arrays.copyOf(values, n));
  }

  private boolean insert(int at) {
    int i = pastTable(at);
    if (i < 0 || kind(i) != '(') {
      return false;
    }
    String[] columns = new String[count];
    int n = 0;
    do {
      if (!isName(i + 1)) {
        return false;
      }
      columns[n++] = name(i + 1);
      i += 2;
    } while (kind(i) == ',');
    if (kind(i) != ')' || !isWord(i + 1, "values")) {
      return false;
    }
    Set<String> unknown = new HashSet<>(4);
    i += 2;
    while (true) {
      i = row(i, columns, n, unknown);
      if (i < 0) {
        return false;
      }
      if (kind(i) != ',') {
        break;
      }
      i++;
    }
    found.keySet().removeAll(unknown);
    return i == count || isWord(i, "returning");
  }

  /**
   * Past the values of a row.
   *
   * @param unknown gets the columns of which it does not show what they get
   */
  private int row(int at, String[] columns, int n, Set<String> unknown) {
    if (kind(at) != '(') {
      return -1;
    }
    int i = at + 1;
    for (int column = 0; column < n; column++) {
      int end = i;
      int depth = 0;
      while (end < count && !(depth == 0 && (kind(end) == ',' || kind(end) == ')'))) {
        depth += depth(end++);
      }
      if (kind(end) != (column == n - 1 ? ')' : ',')) {
        return -1;
      }
      KeyType type = of.types().get(columns[column]);
      if (type != null) {
        long number = pastValue(i) == end ? number(i, type) : KeyType.NONE;
        if (number == KeyType.NONE) {
          unknown.add(columns[column]);
        } else {
          add(columns[column], (int) number, unknown);
        }
      }
      i = end + 1;
    }
    return i;
  }

  private void add(String column, int number, Set<String> unknown) {
    int[] before = found.get(column);
    int length = before == null ? 0 : before.length;
    if (length == RowKeys.MOST_VALUES) {
      unknown.add(column);
      return;
    }
    int[] more = before == null ? new int[1] : Arrays.copyOf(before, length + 1);
    more[length] = number;
    found.put(column, more);
  }

  private long number(int i, KeyType type) {
    return switch (kind(i)) {
      case Lexer.STRING -> type.number(text, starts[i], ends[i]);
      case Lexer.NUMBER ->
          type == KeyType.INTEGER ? type.number(text, starts[i], ends[i]) : KeyType.NONE;
      case '-' ->
          // Between the two may be blanks.
          type == KeyType.INTEGER && ends[i] == starts[i + 1]
              ? type.number(text, starts[i], ends[i + 1])
              : KeyType.NONE;
      case Lexer.PARAMETER -> parameter(i, type);
      default -> KeyType.NONE;
    };
  }

  private long parameter(int i, KeyType type) {
    int number = ParameterText.number(text, starts[i] + 1, ends[i]);
    Parameter value = number == 0 || number > parameters.size() ? null : parameters.get(number - 1);
    if (value == null
        || value.value() == null
        || !dialect.comparesAs(type, value.type())
        || (value.type() == 0 && isElsewhere(number, i))) {
      return KeyType.NONE;
    }
    return value.binary()
        ? type.binary(value.value())
        : type.number(value.value(), 0, value.value().length);
  }

  /** True if a parameter without a type stands elsewhere, too, which may give it another one. */
  private boolean isElsewhere(int number, int here) {
    for (int i = 0; i < count; i++) {
      if (i != here
          && kind(i) == Lexer.PARAMETER
          && ParameterText.number(text, starts[i] + 1, ends[i]) == number) {
        return true;
      }
    }
    return false;
  }

  private int kind(int i) {
    return i >= 0 && i < count ? kinds[i] : Lexer.END;
  }

  private boolean isName(int i) {
    return kind(i) == Lexer.WORD || kind(i) == Lexer.QUOTED;
  }

  private String name(int i) {
    return lexer.identifier(starts[i], ends[i]);
  }

  private boolean isWord(int i, String word) {
    if (kind(i) != Lexer.WORD || ends[i] - starts[i] != word.length()) {
      return false;
    }
    for (int k = 0; k < word.length(); k++) {
      if (ByteClass.LOWER[text[starts[i] + k] & 0xff] != word.charAt(k)) {
        return false;
      }
    }
    return true;
  }
}
