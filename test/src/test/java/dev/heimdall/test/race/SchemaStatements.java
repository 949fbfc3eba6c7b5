package dev.heimdall.test.race;

import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.test.race.DrawnSchema.Call;
import dev.heimdall.test.race.DrawnSchema.Column;
import dev.heimdall.test.race.DrawnSchema.Link;
import dev.heimdall.test.race.DrawnSchema.Sort;
import dev.heimdall.test.race.DrawnSchema.Source;
import dev.heimdall.test.race.DrawnSchema.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Reads and writes of a drawn schema. */
final class SchemaStatements {
  /**
   * @param sorts of all that is named, in words
   */
  record Drawn(String sql, List<Object> parameters, String sorts) {
    private static final String STREAMED = "streamed";

    /** Rows come behind it. */
    boolean isStreamed() {
      return sorts.equals(STREAMED);
    }

    static Drawn of(String sql) {
      return new Drawn(sql, List.of(), "");
    }

    /** Code that was not read may leave something in its session: no reader's is to be kept. */
    boolean mayPin() {
      return sorts.equals("call") || sorts.equals("function that writes");
    }

    @Override
    public String toString() {
      return parameters.isEmpty() ? sql : sql + " <- " + parameters;
    }
  }

  private final Dice dice;
  private final DrawnSchema schema;
  private final boolean postgres;
  private final List<Source> often = new ArrayList<>();

  /** A way from a write to reads that is gone more often than others; null for none. */
  private final Link way;

  /** Sources at its end, or behind it. */
  private final List<Source> ends = new ArrayList<>();

  private List<Object> parameters = new ArrayList<>();
  private boolean binds;

  /**
   * Of a few tables more than of the others.
   *
   * @param aim what is to bring the way; null for anything
   */
  SchemaStatements(Dice dice, DrawnSchema schema, boolean postgres, String aim) {
    this.dice = dice;
    this.schema = schema;
    this.postgres = postgres;
    for (int i = 0; i < 2; i++) {
      often.add(schema.source());
    }
    way = way(aim);
    if (way != null) {
      ends.add(schema.source(way.to()));
      schema.links.stream()
          .filter(next -> next.from().equals(way.to()))
          .forEach(next -> ends.add(schema.source(next.to())));
    }
  }

  /** A link of the schema: its kind is drawn first, as there are more views than triggers. */
  private Link way(String aim) {
    List<String> all = schema.links.stream().map(Link::what).distinct().toList();
    if (all.isEmpty() || (aim == null && dice.oneIn(8))) {
      return null;
    }
    String what = all.contains(aim) ? aim : dice.pick(all);
    return dice.pick(schema.links.stream().filter(link -> link.what().equals(what)).toList());
  }

  private Source source() {
    return dice.oneIn(6) ? schema.source() : dice.pick(often);
  }

  private Source seen() {
    if (way == null || dice.oneIn(3)) {
      return source();
    }
    return dice.oneIn(2) ? ends.get(0) : dice.pick(ends);
  }

  private void begin() {
    parameters = new ArrayList<>();
    binds = dice.oneIn(3);
  }

  private Drawn drawn(String sql, String sorts) {
    return new Drawn(sql, List.copyOf(parameters), sorts);
  }

  private String value(Column column) {
    return value(column.kind());
  }

  private String value(ColumnKind kind) {
    if (dice.oneIn(16)) {
      return "NULL";
    }
    int which = dice.below(dice.oneIn(3) ? kind.values().size() : 2);
    Object bound = kind.bound().get(which);
    if (!binds || bound == null || dice.oneIn(3)) {
      List<String> spelled = kind.values().get(which);
      return dice.oneIn(2) ? spelled.get(0) : dice.pick(spelled);
    }
    parameters.add(bound instanceof Integer number && dice.oneIn(3) ? number.longValue() : bound);
    return "?";
  }

  // Reads.

  Drawn read() {
    begin();
    Source of = seen();
    if (way != null && way.what().equals(DrawnSchema.FUNCTION) && dice.oneIn(2)) {
      return called(schema.table()); // often another one than the function reads
    }
    return switch (dice.below(16)) {
      case 0 -> union(of);
      case 1 -> ofExpression(of);
      case 2, 3 -> joined(of);
      case 4 -> called(of);
      default -> plain(of);
    };
  }

  private Drawn plain(Source of) {
    boolean only = postgres && of.sort() == Sort.PARENT && dice.oneIn(4);
    String alias = dice.oneIn(3) ? "x" : "";
    String qualifier = alias.isEmpty() ? "" : "x.";
    String selected = selected(of, qualifier);
    String sql =
        "SELECT %s FROM %s%s %s%s"
            .formatted(
                selected,
                only ? "ONLY " : "",
                of.name(),
                alias,
                dice.oneIn(12) ? "" : " WHERE " + conditions(of, qualifier));
    return drawn(sql, of.sort().toString());
  }

  private String selected(Source of, String qualifier) {
    if (dice.oneIn(2)) {
      return of.columns().stream()
          .map(column -> qualifier + column.name())
          .collect(Collectors.joining(", "));
    }
    List<Column> numbers = of.numbers();
    Column summed =
        of.column(DrawnSchema.COUNTER) == null || dice.oneIn(2)
            ? numbers.isEmpty() ? null : dice.pick(numbers)
            : of.column(DrawnSchema.COUNTER);
    return summed == null ? "count(*)" : "count(*), sum(" + qualifier + summed.name() + ")";
  }

  private String conditions(Source of, String qualifier) {
    String all = condition(of, qualifier);
    while (dice.oneIn(5)) {
      all += dice.any(" AND ", " AND ", " AND ", " OR ") + condition(of, qualifier);
    }
    return all;
  }

  private String condition(Source of, String qualifier) {
    Column column = dice.pick(of.columns());
    if (dice.oneIn(2)) {
      column = of.columns().get(0);
    }
    boolean onTheWay =
        way != null && way.seen() != null && of.name().equals(way.to()) && !dice.oneIn(4);
    if (onTheWay) {
      column = of.column(way.seen());
    }
    String name = qualifier + column.name();
    if (onTheWay && dice.oneIn(2)) {
      return name + " = " + value(column);
    }
    return switch (dice.below(18)) {
      case 0 -> name + " BETWEEN " + value(column) + " AND " + value(column);
      case 1 -> name + dice.any(" IS NULL", " IS NOT NULL");
      case 2 -> name + dice.any(" > ", " <= ", " <> ") + value(column);
      case 3 -> "(" + name + " = " + value(column) + " OR " + name + " = " + value(column) + ")";
      case 4, 5 -> name + " IN (" + value(column) + ", " + value(column) + ")";
      case 6 -> within(column, name);
      case 7 -> postgres ? array(column, name) : name + " <=> " + value(column);
      default -> name + " = " + value(column);
    };
  }

  private String array(Column column, String name) {
    String plain = column.kind().plain(dice);
    return name + " = ANY (ARRAY[" + plain + ", " + column.kind().plain(dice) + "])";
  }

  private List<Column> alike(Source in, Column column) {
    return in.columns().stream()
        .filter(
            one ->
                one.kind().type().equals(column.kind().type())
                    || (one.kind().isNumber() && column.kind().isNumber()))
        .toList();
  }

  private String within(Column column, String name) {
    Source in = source();
    List<Column> alike = alike(in, column);
    if (alike.isEmpty()) {
      return name + " = " + value(column);
    }
    String other = "y." + dice.pick(alike).name();
    String from = " FROM " + in.name() + " y";
    String condition = condition(in, "y.");
    return dice.oneIn(2)
        ? name + " IN (SELECT " + other + from + " WHERE " + condition + ")"
        : "EXISTS (SELECT 1" + from + " WHERE " + other + " = " + name + " AND " + condition + ")";
  }

  private Drawn joined(Source of) {
    Source with = source();
    Column some = dice.pick(of.columns());
    List<Column> alike = alike(with, some);
    if (alike.isEmpty()) {
      return plain(of);
    }
    String on = "x." + some.name() + " = y." + dice.pick(alike).name();
    String sql =
        "SELECT %s, count(y.%s) FROM %s x %s %s y ON %s WHERE %s"
            .formatted(
                "count(*)",
                with.columns().get(0).name(),
                of.name(),
                dice.any("JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN"),
                with.name(),
                dice.oneIn(3) ? on + " AND " + condition(with, "y.") : on,
                dice.oneIn(3) ? conditions(with, "y.") : conditions(of, "x."));
    return drawn(sql, of.sort() + " and " + with.sort());
  }

  private Drawn union(Source of) {
    Source with = source();
    String sql =
        "SELECT count(*) FROM %s WHERE %s UNION ALL SELECT count(*) FROM %s WHERE %s"
            .formatted(of.name(), conditions(of, ""), with.name(), conditions(with, ""));
    return drawn(sql, "UNION");
  }

  private Drawn ofExpression(Source of) {
    String list = of.columns().stream().map(Column::name).collect(Collectors.joining(", "));
    String sql =
        dice.oneIn(2)
            ? "WITH w AS (SELECT %s FROM %s WHERE %s) SELECT count(*) FROM w WHERE %s"
            : "SELECT count(*) FROM (SELECT %s FROM %s WHERE %s) w WHERE %s";
    return drawn(
        sql.formatted(list, of.name(), conditions(of, ""), condition(of, "w.")), "expression");
  }

  private Drawn called(Source of) {
    List<Call> reading =
        schema.calls.stream()
            .filter(call -> call.use() == Use.VALUE || call.use() == Use.ROWS)
            .toList();
    if (reading.isEmpty()) {
      return plain(of);
    }
    Call call = dice.pick(reading);
    String called = call.name() + "(" + value(call.argument()) + ")";
    if (call.use() == Use.ROWS) {
      return drawn("SELECT count(*) FROM " + called, "function");
    }
    return !dice.oneIn(3)
        ? drawn("SELECT count(*) FROM " + of.name() + " WHERE 1 <= " + called, "function")
        : drawn("SELECT " + called, "function");
  }

  // Writes.

  /**
   * @param whole whether it may lock a table against readers
   */
  Drawn write(boolean whole) {
    begin();
    Source to = source();
    if (way != null && !dice.oneIn(4)) {
      to = schema.source(way.from());
      if (schema.isWritten(to) && !dice.oneIn(6)) {
        return onTheWay(to);
      }
    }
    if (to.sort() == Sort.STORED_VIEW && whole && dice.oneIn(5)) {
      return drawn("REFRESH MATERIALIZED VIEW " + to.name(), "refresh");
    }
    if (!schema.isWritten(to) && !dice.oneIn(16)) {
      to = schema.table();
    }
    return switch (dice.below(20)) {
      case 0, 1, 2 -> insert(to);
      case 3, 4 -> upsert(to);
      case 5, 6 -> drawn("DELETE FROM " + to.name() + where(to), "delete");
      case 7 -> selected(to);
      case 8, 9 -> postgres ? another(to) : another(to, schema.table());
      case 10 -> calling(to);
      case 11 ->
          whole && dice.oneIn(12)
              ? drawn("TRUNCATE TABLE " + to.name() + (postgres ? " CASCADE" : ""), "truncate")
              : update(to);
      default -> update(to);
    };
  }

  private Drawn onTheWay(Source to) {
    RowChange change =
        way.change() == null
            ? dice.pick(List.of(RowChange.INSERT, RowChange.UPDATE, RowChange.DELETE))
            : way.change();
    return switch (change) {
      case INSERT -> dice.oneIn(4) ? upsert(to) : insert(to);
      case DELETE -> drawn("DELETE FROM " + to.name() + " WHERE " + key(to), "delete");
      default -> {
        Column set = to.column(way.set());
        String sets = set == null ? sets(to, "") : " SET " + set.name() + " = " + value(set);
        yield drawn("UPDATE " + to.name() + sets + " WHERE " + key(to), "update");
      }
    };
  }

  private String where(Source to) {
    return " WHERE "
        + (dice.oneIn(4) ? conditions(to, "") : key(to))
        + (!postgres && dice.oneIn(8) ? " ORDER BY " + to.columns().get(0).name() + " LIMIT 1" : "")
        + (postgres && dice.oneIn(12) ? " RETURNING *" : "");
  }

  private String key(Source to) {
    Column column = dice.oneIn(2) ? to.columns().get(0) : dice.pick(to.columns());
    if (way != null && way.by() != null && to.name().equals(way.from()) && !dice.oneIn(3)) {
      column = to.column(way.by());
    }
    return column.name() + " = " + value(column);
  }

  private Column assigned(Source to) {
    List<Column> written = to.written();
    return written.isEmpty() ? to.columns().get(0) : dice.pick(written);
  }

  private Drawn update(Source to) {
    boolean only = postgres && to.sort() == Sort.PARENT && dice.oneIn(4);
    return drawn(
        "UPDATE " + (only ? "ONLY " : "") + to.name() + sets(to, "") + where(to), "update");
  }

  /**
   * @param qualifier of a value that a column has
   */
  private String sets(Source to, String qualifier) {
    Column column = assigned(to);
    boolean counts = to.column(DrawnSchema.COUNTER) != null && !dice.oneIn(3);
    String first = counts ? DrawnSchema.COUNTER : column.name();
    String sets =
        counts
            ? dice.any("n = %sn + 1", "n = %sn + 1", "n = 1 - %sn").formatted(qualifier)
            : first + " = " + (dice.oneIn(10) ? "DEFAULT" : value(column));
    Column more = assigned(to);
    if (dice.oneIn(5) && !more.name().equals(first)) {
      sets += ", " + more.name() + " = " + value(more);
    }
    return " SET " + sets;
  }

  private Drawn streamed(Source to) {
    List<Column> columns = to.written().isEmpty() ? to.columns() : to.written();
    String conflicts = dice.any("", "IGNORE ", "REPLACE ");
    String sql = StreamedRows.statement(postgres, to.name(), columns, conflicts);
    return new Drawn(sql, List.of(StreamedRows.drawn(dice, columns)), Drawn.STREAMED);
  }

  private Drawn insert(Source to) {
    if (dice.oneIn(6)) {
      return streamed(to);
    }
    return drawn("INSERT" + into(to), "insert");
  }

  /** New rows; each of them may be refused. */
  List<Drawn> rows(Source to, int count) {
    parameters = new ArrayList<>();
    binds = false;
    String into = " INTO %s (%s) VALUES ".formatted(to.name(), DrawnSchema.names(to.written()));
    List<String> rows = IntStream.range(0, count).mapToObj(i -> row(to.written())).toList();
    return postgres
        ? rows.stream().map(row -> drawn("INSERT" + into + row, "insert")).toList()
        : List.of(drawn("INSERT IGNORE" + into + String.join(", ", rows), "insert"));
  }

  /** Rows behind the word. */
  private String into(Source to) {
    List<Column> all = to.written().isEmpty() ? to.columns() : to.written();
    List<Column> columns = dice.oneIn(2) ? all : dice.some(all);
    if (!columns.contains(all.get(0)) && !dice.oneIn(4)) {
      columns = all;
    }
    if (way != null && way.what().equals(DrawnSchema.DEFAULT) && dice.oneIn(2)) {
      columns = columns.stream().filter(one -> !one.name().equals(DrawnSchema.COUNTER)).toList();
    }
    StringBuilder rows = new StringBuilder(row(columns));
    while (dice.oneIn(5)) {
      rows.append(", ").append(row(columns));
    }
    return " INTO %s (%s) VALUES %s".formatted(to.name(), DrawnSchema.names(columns), rows);
  }

  private String row(List<Column> columns) {
    return columns.stream()
        .map(column -> dice.oneIn(12) ? "DEFAULT" : value(column))
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private Drawn upsert(Source to) {
    if (!postgres) {
      String verb = dice.any("INSERT", "INSERT", "INSERT IGNORE", "REPLACE");
      String rows = into(to);
      return drawn(verb + rows + (verb.equals("INSERT") ? duplicate(to) : ""), "upsert");
    }
    if (dice.oneIn(5)) {
      return merge(to);
    }
    String rows = into(to);
    String target =
        to.unique().isEmpty() || dice.oneIn(5)
            ? dice.oneIn(8) ? "(" + dice.pick(to.columns()).name() + ")" : ""
            : "(" + dice.pick(to.unique()) + ")";
    String does =
        target.isEmpty() || dice.oneIn(4)
            ? "NOTHING"
            : "UPDATE SET " + conflicting(to, "excluded.", "");
    return drawn("INSERT" + rows + " ON CONFLICT " + target + " DO " + does, "upsert");
  }

  private String duplicate(Source to) {
    return " ON DUPLICATE KEY UPDATE " + conflicting(to, "VALUES(", ")");
  }

  private String conflicting(Source to, String before, String behind) {
    Column column = assigned(to);
    if (dice.oneIn(2) && to.column(DrawnSchema.COUNTER) != null) {
      return postgres ? "n = excluded.n" : "n = 7";
    }
    return column.name()
        + " = "
        + (dice.oneIn(2) ? before + column.name() + behind : value(column));
  }

  private Drawn merge(Source to) {
    binds = false;
    Source from = source();
    List<Column> alike = alike(from, to.columns().get(0));
    String using =
        alike.isEmpty()
            ? "(VALUES (" + to.columns().get(0).kind().plain(dice) + ")) y(k)"
            : "(SELECT DISTINCT " + alike.get(0).name() + " AS k FROM " + from.name() + ") y";
    List<Column> columns = to.written();
    String inserts = "INSERT (%s) VALUES %s".formatted(DrawnSchema.names(columns), row(columns));
    return drawn(
        "MERGE INTO %s x USING %s ON x.%s = y.k WHEN MATCHED THEN %s WHEN NOT MATCHED THEN %s"
            .formatted(
                to.name(),
                using,
                to.columns().get(0).name(),
                dice.oneIn(3) ? "DELETE" : "UPDATE" + sets(to, "x."),
                dice.oneIn(2) ? "DO NOTHING" : inserts),
        "merge");
  }

  /** Rows of another table, or of the same. */
  private Drawn selected(Source to) {
    Source from = source();
    List<Column> columns = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (Column column : dice.some(to.written().isEmpty() ? to.columns() : to.written())) {
      List<Column> alike = alike(from, column);
      columns.add(column);
      values.add(alike.isEmpty() ? column.kind().plain(dice) : dice.pick(alike).name());
    }
    return drawn(
        "INSERT INTO %s (%s) SELECT %s FROM %s WHERE %s LIMIT 2"
            .formatted(
                to.name(),
                DrawnSchema.names(columns),
                String.join(", ", values),
                from.name(),
                conditions(from, "")),
        "insert select");
  }

  /** PostgreSQL's statements of two tables. */
  private Drawn another(Source to) {
    Source from = source();
    Column some = dice.pick(to.columns());
    List<Column> alike = alike(from, some);
    if (alike.isEmpty()) {
      return update(to);
    }
    String on = "x." + some.name() + " = y." + dice.pick(alike).name();
    return switch (dice.below(4)) {
      case 0 ->
          drawn(
              "UPDATE %s x%s FROM %s y WHERE %s AND %s"
                  .formatted(to.name(), sets(to, "x."), from.name(), on, condition(from, "y.")),
              "update from");
      case 1 ->
          drawn(
              "DELETE FROM %s x USING %s y WHERE %s AND %s"
                  .formatted(to.name(), from.name(), on, condition(from, "y.")),
              "delete using");
      default -> {
        Source also = source();
        String first =
            dice.oneIn(2)
                ? "UPDATE " + also.name() + sets(also, "") + " WHERE " + key(also)
                : "DELETE FROM " + also.name() + " WHERE " + key(also);
        String last =
            dice.oneIn(2) ? "UPDATE " + to.name() + sets(to, "") + " WHERE " + key(to) : "SELECT 1";
        yield drawn("WITH w AS (" + first + " RETURNING 1) " + last, "with");
      }
    };
  }

  /** MySQL's statements of two tables. */
  private Drawn another(Source to, Source from) {
    binds = false;
    Column some = dice.pick(to.columns());
    List<Column> alike = alike(from, some);
    if (alike.isEmpty()) {
      return update(to);
    }
    String on = "x." + some.name() + " = y." + dice.pick(alike).name();
    String where = " WHERE " + condition(from, "y.");
    String join = " x JOIN " + from.name() + " y ON " + on;
    Column of = assigned(to);
    Column with = assigned(from);
    return switch (dice.below(4)) {
      case 0 -> drawn("DELETE x FROM " + to.name() + join + where, "delete of two");
      case 1 -> drawn("DELETE x, y FROM " + to.name() + join + where, "delete of two");
      case 2 ->
          drawn(
              "UPDATE %s%s SET x.%s = %s%s".formatted(to.name(), join, of.name(), value(of), where),
              "update of two");
      default ->
          drawn(
              "UPDATE %s%s SET x.%s = %s, y.%s = %s%s"
                  .formatted(
                      to.name(), join, of.name(), value(of), with.name(), value(with), where),
              "update of two");
    };
  }

  private Drawn calling(Source to) {
    List<Call> writing =
        schema.calls.stream()
            .filter(call -> call.use() == Use.WRITES || call.use() == Use.PROCEDURE)
            .toList();
    if (writing.isEmpty()) {
      return update(to);
    }
    Call call = dice.pick(writing);
    String called = call.name() + "(" + value(call.argument()) + ")";
    return drawn(
        (call.use() == Use.PROCEDURE ? "CALL " : "SELECT ") + called,
        call.use() == Use.PROCEDURE ? "call" : "function that writes");
  }
}
