package dev.heimdall.engine.sql;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
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
 *   <li>{@code INSERT INTO t SET column = value, …}
 * </ul>
 *
 * <p>In the place of {@code = value} may stand {@code IN (value, …)}.
 */
public final class KeyReader {
  /** Of longer statements nothing is known. */
  private static final int MOST_TOKENS = 2_000;

  /** A literal whose value, or a name that, is not what stands there. */
  private static final int UNREADABLE = -3;

  /** Integers up to here are equal as floating-point numbers only if they are. */
  private static final long EXACT_AS_FLOAT = 999_999_999_999_999L;

  private final KeyColumns of;
  private final byte[] text;
  private final List<Parameter> parameters;
  private final SqlDialect dialect;
  private final Lexer lexer;
  private final Map<String, int[]> found = new HashMap<>(4);

  /**
   * Of each token its kind, and where it is; of a literal, what is between its quotes; of a
   * parameter, its number from 1.
   */
  private int[] kinds = new int[64];

  private int[] starts = new int[64];
  private int[] ends = new int[64];
  private int count;
  private int questionMarks;
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
      if (kind == Lexer.BROKEN || kind == Lexer.EXECUTABLE || count == MOST_TOKENS) {
        return false;
      }
      if (count == kinds.length) {
        kinds = Arrays.copyOf(kinds, 2 * count);
        starts = Arrays.copyOf(starts, 2 * count);
        ends = Arrays.copyOf(ends, 2 * count);
      }
      switch (kind) {
        case Lexer.STRING, Lexer.ESCAPE_STRING ->
            add(
                lexer.plain() && !lexer.hasBackslash() ? Lexer.STRING : UNREADABLE,
                lexer.contentStart(),
                lexer.contentEnd());
        case Lexer.PARAMETER -> add(kind, parameterNumber(), lexer.end());
        default -> add(isClear(kind) ? kind : UNREADABLE, lexer.start(), lexer.end());
      }
    }
    if (count > 0 && kind(count - 1) == ';') {
      count--;
    }
    return true;
  }

  private void add(int kind, int start, int end) {
    kinds[count] = kind;
    starts[count] = start;
    ends[count++] = end;
  }

  private int parameterNumber() {
    return text[lexer.start()] == '?'
        ? ++questionMarks
        : ParameterText.number(text, lexer.start() + 1, lexer.end());
  }

  /** True if it is no name, or nobody can read or fold that in another way. */
  private boolean isClear(int kind) {
    return switch (kind) {
      case Lexer.WORD -> isAscii();
      case Lexer.QUOTED -> dialect.foldsNames() || (lexer.plain() && isAscii());
      default -> true;
    };
  }

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
    int first = pastModifiers(1);
    if (isWord(0, "update")) {
      int set = target(first);
      return set >= 0 && isWord(set, "set") && update(set + 1);
    }
    if (isWord(0, "delete") && isWord(first, "from")) {
      int where = target(first + 1);
      return where >= 0 && isWord(where, "where") && conditions(where + 1, Set.of());
    }
    return isWord(0, "insert") && insert(isWord(first, "into") ? first + 1 : first);
  }

  /** Past words that have a statement write less, or later, and nothing else. */
  private int pastModifiers(int at) {
    int i = at;
    while (isWord(i, "ignore")
        || isWord(i, "low_priority")
        || isWord(i, "high_priority")
        || isWord(i, "quick")) {
      i++;
    }
    return i;
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
              || isWord(i, "against") // how well a row fits may depend on the others
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
    return isName(i) && isTable(name(i)) ? i + 1 : -1;
  }

  /** True for its name; the case of names may be that of files. */
  private boolean isTable(String name) {
    return dialect.foldsNames() ? name.equals(of.name()) : name.equalsIgnoreCase(of.name());
  }

  private boolean update(int at) {
    Set<String> set = new HashSet<>(4);
    int i = at;
    while (true) {
      while (isName(i) && kind(i + 1) == '.') {
        set.add(name(i)); // of a table, or of a column that has parts
        i += 2;
      }
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
      if (depth == 0 && (isWord(i, "or") || isWord(i, "xor") || isBars(i))) {
        return false;
      }
    }
    return depth == 0;
  }

  /** True for two bars, which some servers read as OR. */
  private boolean isBars(int i) {
    return kind(i) == '|' && kind(i + 1) == '|';
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
    boolean known = isTable(table) || table.equals(alias);
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
    KeyColumn key = of.columns().get(column);
    if (key == null || set.contains(column) || found.containsKey(column)) {
      return;
    }
    long limit = comparesAsFloat(operator + 1, end) ? EXACT_AS_FLOAT : Long.MAX_VALUE;
    int[] values = new int[1 + (end - operator) / 2];
    int n = 0;
    for (int i = operator + 1; i < end; i = Math.max(i + 1, pastValue(i))) {
      if (pastValue(i) < 0) {
        continue; // a bracket or a comma
      }
      long number = number(i, key, limit);
      if (number == KeyType.NONE) {
        return;
      }
      values[n++] = (int) number;
    }
    found.put(column, Arrays.copyOf(values, n));
  }

  /** True if one of the values may be a text, and the server compares all of them by that. */
  private boolean comparesAsFloat(int from, int end) {
    boolean texts = false;
    for (int i = from; i < end; i++) {
      Parameter value = kind(i) == Lexer.PARAMETER ? parameter(i) : null;
      texts |= kind(i) == Lexer.STRING || (value != null && !value.binary());
    }
    return texts && dialect.comparesTextAsFloat();
  }

  private boolean insert(int at) {
    int i = pastTable(at);
    if (i >= 0 && isWord(i, "set")) {
      return assigned(i + 1);
    }
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
    if (kind(i) != ')' || !(isWord(i + 1, "values") || isWord(i + 1, "value"))) {
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

  /** The values of one row, each behind its column. */
  private boolean assigned(int at) {
    Set<String> unknown = new HashSet<>(4);
    int i = outside(at, "on") < 0 ? at : count; // where a row is there, another one is written
    while (isName(i) && kind(i + 1) == '=') {
      int end = pastExpression(i + 2);
      value(i + 2, end, name(i), unknown);
      if (end == count) {
        found.keySet().removeAll(unknown);
        return true;
      }
      i = kind(end) == ',' ? end + 1 : count;
    }
    return false;
  }

  /** The first place from there on of a comma, or of a bracket that was not opened. */
  private int pastExpression(int from) {
    int end = from;
    int depth = 0;
    while (end < count && !(depth == 0 && (kind(end) == ',' || kind(end) == ')'))) {
      depth += depth(end++);
    }
    return end;
  }

  private void value(int at, int end, String column, Set<String> unknown) {
    KeyColumn key = of.columns().get(column);
    if (key == null) {
      return;
    }
    long number = pastValue(at) == end ? number(at, key, Long.MAX_VALUE) : KeyType.NONE;
    if (number == KeyType.NONE) {
      unknown.add(column);
    } else {
      add(column, (int) number, unknown);
    }
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
      int end = pastExpression(i);
      if (kind(end) != (column == n - 1 ? ')' : ',')) {
        return -1;
      }
      value(i, end, columns[column], unknown);
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

  private long number(int i, KeyColumn key, long limit) {
    boolean integer = key.type() == KeyType.INTEGER;
    return switch (kind(i)) {
      case Lexer.STRING -> key.number(text, starts[i], ends[i], limit);
      case Lexer.NUMBER -> integer ? key.number(text, starts[i], ends[i], limit) : KeyType.NONE;
      case '-' ->
          // Between the two may be blanks.
          integer && ends[i] == starts[i + 1]
              ? key.number(text, starts[i], ends[i + 1], limit)
              : KeyType.NONE;
      case Lexer.PARAMETER -> number(parameter(i), i, key, limit);
      default -> KeyType.NONE;
    };
  }

  /** Null for one that is not there. */
  private Parameter parameter(int i) {
    int number = starts[i];
    return number == 0 || number > parameters.size() ? null : parameters.get(number - 1);
  }

  private long number(Parameter value, int i, KeyColumn key, long limit) {
    if (value == null
        || value.value() == null
        || !dialect.comparesAs(key.type(), value.type())
        || (value.type() == 0 && isElsewhere(i))) {
      return KeyType.NONE;
    }
    return value.binary()
        ? key.binary(value.value(), limit)
        : key.number(value.value(), 0, value.value().length, limit);
  }

  /** True if a parameter without a type stands elsewhere, too, which may give it another one. */
  private boolean isElsewhere(int here) {
    for (int i = 0; i < count; i++) {
      if (i != here && kind(i) == Lexer.PARAMETER && starts[i] == starts[here]) {
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

  /** As the catalogue has it; where the case of columns does not matter, in small letters. */
  private String name(int i) {
    if (dialect.foldsNames()) {
      return lexer.identifier(starts[i], ends[i]);
    }
    int quote = kind(i) == Lexer.QUOTED ? 1 : 0;
    int length = ends[i] - starts[i] - 2 * quote;
    return new String(text, starts[i] + quote, length, StandardCharsets.US_ASCII)
        .toLowerCase(Locale.ROOT);
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
