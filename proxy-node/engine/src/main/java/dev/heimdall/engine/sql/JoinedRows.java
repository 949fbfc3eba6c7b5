package dev.heimdall.engine.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads which rows of its tables a {@code SELECT} depends on: of each those that fulfil its
 * conditions by key. Tables are joined by commas, inner joins and left joins, one after the other.
 * A column that must equal another one takes over what is known of that.
 *
 * <p>A condition of WHERE or of an inner join holds for every row of the result, so that no other
 * row of the table makes a difference, on the right of a left join, too. A condition of a left join
 * says which rows of the table on its right are joined, and nothing of the others.
 */
final class JoinedRows {
  /** With more of them nothing is known. */
  private static final int MOST_TABLES = 16;

  /** Words behind a table that are no alias of it. */
  private static final String[] BEHIND_TABLES = {
    "where", "join", "left", "right", "inner", "cross", "full", "natural", "straight_join", "on",
    "using", "group", "order", "limit", "offset", "fetch", "having", "window", "for", "use",
    "force", "ignore", "partition", "tablesample", "into", "procedure", "lock", "option", "as"
  };

  private static final String[] CLAUSES = {
    "where", "group", "order", "limit", "offset", "fetch", "having"
  };

  /**
   * A table of the FROM clause.
   *
   * @param name what its columns are qualified by
   * @param found numbers of values by column, as they are found
   */
  private record Joined(KeyColumns table, String name, Map<String, int[]> found) {}

  /**
   * A condition, and of which table's rows alone it says something; null for all.
   *
   * @param only the table on the right of a left join
   */
  private record Holding(KeyCondition condition, Joined only) {}

  /** A column of a table. */
  private record Column(Joined table, KeyColumn key, String name) {}

  private final List<KeyColumns> of;
  private final KeyTokens tokens;
  private final KeyValues values;
  private final List<Joined> joined = new ArrayList<>(4);
  private final List<Holding> holding = new ArrayList<>();

  /** The next token to be read of the FROM clause. */
  private int at;

  JoinedRows(List<KeyColumns> of, KeyTokens tokens, KeyValues values) {
    this.of = of;
    this.tokens = tokens;
    this.values = values;
  }

  /** By the table in full; all rows of a table that is not there. */
  Map<String, RowKeys> read() {
    at = tokens.outside(1, "from") + 1;
    if (at == 0 || !isFromRead() || !isRestRead()) {
      return Map.of();
    }
    for (Holding one : holding) {
      if (!one.condition.joins()) {
        note(one);
      }
    }
    // Each pass takes what is known one join further.
    for (int pass = 1; pass < joined.size(); pass++) {
      holding.stream().filter(one -> one.condition.joins()).forEach(this::pass);
    }
    return rows();
  }

  private boolean isFromRead() {
    if (!isTableRead()) {
      return false;
    }
    while (at < tokens.count() && !tokens.isAnyWord(at, CLAUSES)) {
      boolean left = tokens.isWord(at, "left") && tokens.kind(at + 1) != '(';
      boolean free = tokens.kind(at) == ',' || tokens.isWord(at, "cross");
      boolean whole = tokens.kind(at) == ',' || isJoinRead(left);
      if (!whole || !isTableRead() || !(free || isConditionRead(left))) {
        return false;
      }
    }
    return true;
  }

  private boolean isJoinRead(boolean left) {
    if (left) {
      at += tokens.isWord(at + 1, "outer") ? 2 : 1;
    } else if (tokens.isAnyWord(at, "inner", "cross")) {
      at++;
    }
    return tokens.isWord(at, "join");
  }

  /** Behind a comma, JOIN or FROM: the table, and its other name. */
  private boolean isTableRead() {
    int i = joined.isEmpty() ? at : at + 1;
    while (tokens.isName(i) && tokens.kind(i + 1) == '.') {
      i += 2;
    }
    KeyColumns table = tokens.isName(i) ? table(i) : null;
    if (table == null || joined.size() == MOST_TABLES) {
      return false;
    }
    String name = tokens.name(i++);
    boolean as = tokens.isWord(i, "as");
    i += as ? 1 : 0;
    if (tokens.isName(i) && (as || !tokens.isAnyWord(i, BEHIND_TABLES))) {
      name = tokens.name(i++);
    } else if (as) {
      return false;
    }
    for (Joined one : joined) {
      if (one.name.equalsIgnoreCase(name)) {
        return false;
      }
    }
    joined.add(new Joined(table, name, new HashMap<>(4)));
    at = i;
    return true;
  }

  private KeyColumns table(int i) {
    for (KeyColumns one : of) {
      if (tokens.names(i, one)) {
        return one;
      }
    }
    return null;
  }

  private boolean isConditionRead(boolean left) {
    if (tokens.isWord(at, "using")) {
      while (at < tokens.count() && tokens.kind(at) != ')') {
        at++;
      }
      at++;
      return true;
    }
    if (!tokens.isWord(at, "on")) {
      return false;
    }
    int end = at + 1;
    for (int depth = 0; end < tokens.count() && !(depth == 0 && isBehindCondition(end)); end++) {
      depth += tokens.depth(end);
    }
    boolean read = isRead(at + 1, end, left ? joined.get(joined.size() - 1) : null);
    at = end;
    return read;
  }

  private boolean isBehindCondition(int i) {
    return tokens.kind(i) == ','
        || tokens.isWord(i, "join")
        || tokens.isAnyWord(i, CLAUSES)
        || (tokens.kind(i + 1) != '('
            && tokens.isAnyWord(
                i, "left", "right", "inner", "cross", "full", "natural", "straight_join"));
  }

  private boolean isRestRead() {
    return !tokens.isWord(at, "where") || isRead(at + 1, tokens.count(), null);
  }

  private boolean isRead(int from, int to, Joined only) {
    List<KeyCondition> all = KeyCondition.all(tokens, from, to);
    if (all == null) {
      return false;
    }
    all.forEach(one -> holding.add(new Holding(one, only)));
    return true;
  }

  private void note(Holding one) {
    for (Column column : columns(one.condition.column(), one.condition.operator())) {
      if (one.only == null || one.only == column.table) {
        int[] numbers = values.of(one.condition, column.key);
        if (numbers != null) {
          column.table.found.putIfAbsent(column.name, numbers);
        }
      }
    }
  }

  private void pass(Holding one) {
    KeyCondition condition = one.condition;
    for (Column some : columns(condition.column(), condition.operator())) {
      for (Column other : columns(condition.operator() + 1, condition.end())) {
        take(some, other, one.only);
        take(other, some, one.only);
      }
    }
  }

  /** A text need not equal the same texts as another one that equals it. */
  private static void take(Column from, Column to, Joined only) {
    int[] numbers = from.table.found.get(from.name);
    boolean exact = from.key.type() == KeyType.INTEGER || from.key.type() == KeyType.UUID;
    if (numbers != null
        && exact
        && from.key.type() == to.key.type()
        && (only == null || only == to.table)) {
      to.table.found.putIfAbsent(to.name, numbers);
    }
  }

  /**
   * The columns by which rows can be told apart that a name may stand for. Without a qualifier
   * these are several where USING makes them one, and only if they are of one exact type.
   */
  private List<Column> columns(int from, int to) {
    int names = (to - from) / 2;
    String name = tokens.name(to - 1);
    List<Column> all = new ArrayList<>(2);
    for (Joined table : joined) {
      KeyColumn key = table.table.columns().get(name);
      if (key != null && (names == 0 || (names == 1 && table.name.equals(tokens.name(from))))) {
        all.add(new Column(table, key, name));
      }
    }
    KeyType type = all.isEmpty() ? null : all.get(0).key.type();
    boolean alike =
        (type == KeyType.INTEGER || type == KeyType.UUID)
            && all.stream().allMatch(column -> column.key.type() == type);
    return all.size() < 2 || alike ? all : List.of();
  }

  private Map<String, RowKeys> rows() {
    if (joined.size() == 1) {
      Joined only = joined.get(0);
      RowKeys some = RowKeys.of(only.table.table(), only.found);
      return some == null ? Map.of() : Map.of(some.table(), some);
    }
    Map<String, RowKeys> rows = new HashMap<>(4);
    for (KeyColumns table : of) {
      RowKeys all = null;
      boolean first = true;
      for (Joined one : joined) {
        if (one.table == table) {
          RowKeys some = RowKeys.of(table.table(), one.found);
          all = first ? some : all == null || some == null ? null : all.and(some);
          first = false;
        }
      }
      if (all != null) {
        rows.put(table.table(), all);
      }
    }
    return Map.copyOf(rows);
  }
}
