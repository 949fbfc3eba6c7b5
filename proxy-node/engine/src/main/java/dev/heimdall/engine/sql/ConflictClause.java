package dev.heimdall.engine.sql;

import java.util.HashSet;
import java.util.Set;

/**
 * Reads which columns have the values of an INSERT in whatever rows it writes, also in those that
 * are there already and conflict with its own: {@code ON CONFLICT (column, …) DO UPDATE SET …} and
 * {@code ON DUPLICATE KEY UPDATE …}.
 */
final class ConflictClause {
  private final KeyColumns of;
  private final KeyTokens tokens;
  private final String alias;

  /**
   * @param alias name of the new row; null for none
   */
  ConflictClause(KeyColumns of, KeyTokens tokens, String alias) {
    this.of = of;
    this.tokens = tokens;
    this.alias = alias;
  }

  /** Columns that all unique indexes have: whichever of them is violated, they are equal. */
  static Set<String> everyUnique(KeyColumns of) {
    Set<String> columns = new HashSet<>(4);
    of.columns()
        .forEach(
            (name, column) -> {
              if (column.everyUnique()) {
                columns.add(name);
              }
            });
    return columns;
  }

  /**
   * The columns behind a clause.
   *
   * @param on its first token
   * @return null where it is not understood
   */
  Set<String> columns(int on) {
    if (tokens.isWord(on + 1, "duplicate")) {
      boolean whole = tokens.isWord(on + 2, "key") && tokens.isWord(on + 3, "update");
      return whole ? unset(on + 4, everyUnique(of)) : null;
    }
    int does = tokens.isWord(on + 1, "conflict") ? tokens.outside(on, "do") : -1;
    if (does >= 0 && tokens.isWord(does + 1, "nothing")) {
      return does + 2 == tokens.count() || tokens.isWord(does + 2, "returning")
          ? of.columns().keySet()
          : null;
    }
    boolean whole =
        does >= 0
            && tokens.kind(on + 2) == '('
            && tokens.isWord(does + 1, "update")
            && tokens.isWord(does + 2, "set");
    return whole ? unset(does + 3, target(on + 2)) : null;
  }

  /** Columns whose values a row must have to be in the way of the new one. */
  private Set<String> target(int bracket) {
    Set<String> columns = new HashSet<>(4);
    int i = bracket;
    do {
      i++;
      boolean plain = tokens.isName(i) && (tokens.kind(i + 1) == ',' || tokens.kind(i + 1) == ')');
      if (plain && of.columns().containsKey(tokens.name(i))) {
        columns.add(tokens.name(i));
      }
      i = tokens.pastExpression(i);
    } while (tokens.kind(i) == ',');
    return columns;
  }

  /** Those of the columns that are not given another value than that of the new row. */
  private Set<String> unset(int at, Set<String> columns) {
    int i = at;
    while (true) {
      while (tokens.isName(i) && tokens.kind(i + 1) == '.') {
        columns.remove(tokens.name(i)); // of a table, or of a column that has parts
        i += 2;
      }
      if (!tokens.isName(i) || tokens.kind(i + 1) != '=') {
        return null;
      }
      int end = tokens.pastExpression(i + 2);
      if (!isInserted(i + 2, end, tokens.name(i))) {
        columns.remove(tokens.name(i));
      }
      if (end == tokens.count() || tokens.isAnyWord(end, "where", "returning")) {
        return columns;
      }
      if (tokens.kind(end) != ',') {
        return null;
      }
      i = end + 1;
    }
  }

  /** True for {@code VALUES(column)}, {@code excluded.column}, or that of the new row's name. */
  private boolean isInserted(int at, int end, String column) {
    boolean function =
        end == at + 4 && tokens.isAnyWord(at, "values", "value") && tokens.kind(at + 1) == '(';
    String row = tokens.dialect.foldsNames() ? "excluded" : alias;
    boolean qualified =
        end == at + 3
            && row != null
            && tokens.isName(at)
            && tokens.kind(at + 1) == '.'
            && tokens.name(at).equals(row);
    return (function || qualified) && tokens.isName(at + 2) && tokens.name(at + 2).equals(column);
  }
}
