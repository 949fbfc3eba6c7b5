package dev.heimdall.test.race;

import dev.heimdall.engine.sql.RowChange;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tables, and what hangs on them, drawn at random. What the server refuses is not there: a schema
 * is what it has accepted.
 */
abstract class DrawnSchema {
  static final String COUNTER = "n";
  static final String REFERENCE = "p";

  /** Kinds of definitions that bring a {@link Link}. */
  static final String VIEW = "view";

  static final String PART = "part";
  static final String CASCADE = "cascade";
  static final String COMPUTED = "computed";
  static final String TRIGGER = "trigger";
  static final String RULE = "rule";

  /** A function that reads. */
  static final String FUNCTION = "function";

  /** One that writes, called by a default. */
  static final String DEFAULT = "default";

  /**
   * @param written whether statements may write it
   */
  record Column(String name, ColumnKind kind, boolean written) {}

  /** Something that statements read, and perhaps write. */
  enum Sort {
    PLAIN,
    LINKED,
    FIRING,
    PARTITIONED,
    PARTITION,
    PARENT,
    CHILD,
    VIEW,
    STORED_VIEW;

    boolean isTable() {
      return compareTo(VIEW) < 0;
    }
  }

  /**
   * @param unique columns of unique indexes, as a conflict's target has them
   */
  record Source(String name, Sort sort, List<Column> columns, List<String> unique) {
    List<Column> written() {
      return columns.stream().filter(Column::written).toList();
    }

    List<Column> numbers() {
      return columns.stream().filter(column -> column.kind().isNumber()).toList();
    }

    Column column(String of) {
      return columns.stream().filter(column -> column.name().equals(of)).findFirst().orElse(null);
    }
  }

  /** A function, or a procedure. */
  enum Use {
    VALUE,
    ROWS,
    WRITES,
    PROCEDURE
  }

  record Call(String name, ColumnKind argument, Use use) {}

  /**
   * A write of one source that may change what another one shows.
   *
   * @param what brings it, in a word
   * @param change of the one; null for any
   * @param set a column that has to be set for it; null for any
   * @param by a column by which the one is written; null for any
   * @param seen a column by which the other is read; null for any
   */
  record Link(
      String what, String from, String to, RowChange change, String set, String by, String seen) {
    static Link of(String what, String from, String to, RowChange change) {
      return new Link(what, from, to, change, null, null, null);
    }
  }

  final Dice dice;
  final String prefix;
  final List<ColumnKind> kinds;
  final List<Source> tables = new ArrayList<>();
  final List<Source> others = new ArrayList<>();
  final List<Call> calls = new ArrayList<>();
  final List<Link> links = new ArrayList<>();
  private final Connection server;
  private final List<String> definitions = new ArrayList<>();
  private final Set<String> readOnly = new HashSet<>();
  private int names;

  DrawnSchema(Connection server, Dice dice, String prefix, List<ColumnKind> kinds) {
    this.server = server;
    this.dice = dice;
    this.prefix = prefix;
    this.kinds = kinds;
  }

  abstract void draw();

  final boolean define(String sql) {
    boolean accepted = accepted(sql);
    if (accepted) {
      definitions.add(sql);
    }
    return accepted;
  }

  private boolean accepted(String sql) {
    try (Statement statement = server.createStatement()) {
      statement.execute(sql);
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  /** Views that no row can be written through are read alone from now on. */
  final void probe() {
    for (Source other : others) {
      Column first = other.columns().get(0);
      String of = other.name();
      if (!accepted("UPDATE %s SET %s = NULL WHERE 1 = 0".formatted(of, first.name()))
          && !accepted("DELETE FROM " + of + " WHERE 1 = 0")) {
        readOnly.add(of);
      }
    }
  }

  final boolean isWritten(Source source) {
    return !readOnly.contains(source.name());
  }

  final Source source(String name) {
    return Stream.concat(tables.stream(), others.stream())
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Both show rows of the other. */
  final void sharing(String what, String one, String other) {
    links.add(Link.of(what, one, other, null));
    links.add(Link.of(what, other, one, null));
  }

  /** A function that reads. */
  final void reading(Call call, Source of, String definition) {
    if (called(call, definition)) {
      links.add(Link.of(FUNCTION, of.name(), of.name(), null));
    }
  }

  final boolean called(Call call, String definition) {
    boolean accepted = define(definition);
    if (accepted) {
      calls.add(call);
    }
    return accepted;
  }

  /** Column {@code g} is computed. */
  final void computing(String table, Column from) {
    links.add(new Link(COMPUTED, table, table, RowChange.UPDATE, from.name(), "g", "g"));
  }

  /** A foreign key. */
  final void referring(Source from, Source to) {
    turn(from, Sort.LINKED);
    turn(to, Sort.LINKED);
    links.add(new Link(CASCADE, to.name(), from.name(), RowChange.DELETE, null, null, REFERENCE));
    links.add(new Link(CASCADE, to.name(), from.name(), RowChange.UPDATE, "id", null, REFERENCE));
  }

  /** A trigger, or a rule, by one of its events. */
  final void firing(String what, String events, Source from, Source into) {
    String first = events.split(" ")[0];
    links.add(Link.of(what, from.name(), into.name(), RowChange.valueOf(first)));
  }

  final String named(String letter) {
    return prefix + letter + names++;
  }

  final Source table() {
    return dice.pick(tables);
  }

  /** A table, a partition, a view. */
  final Source source() {
    return others.isEmpty() || dice.oneIn(2) ? dice.pick(tables) : dice.pick(others);
  }

  final ColumnKind number() {
    return dice.pick(kinds.stream().filter(ColumnKind::isNumber).toList());
  }

  /** A table is of another sort from now on. */
  final void turn(Source table, Sort into) {
    int at = tables.indexOf(table);
    if (at >= 0 && (table.sort() == Sort.PLAIN || table.sort() == Sort.LINKED)) {
      tables.set(at, new Source(table.name(), into, table.columns(), table.unique()));
    }
  }

  /** A column that another one is computed from; null for none. */
  final Column computedFrom(List<Column> columns) {
    List<Column> fitting =
        columns.stream()
            .skip(1)
            .filter(one -> one.kind().isNumber() || one.kind().isText())
            .toList();
    return dice.oneIn(2) && !fitting.isEmpty() ? dice.pick(fitting) : null;
  }

  /** One of the values that are drawn most, as the other column has the other of them. */
  final String computed(Column from) {
    return from.kind().isNumber()
        ? dice.any("(%s + 1) %% 2", "1 - %s").formatted(from.name())
        : "CASE WHEN " + from.name() + " = 'a' THEN 'b' ELSE 'a' END";
  }

  /** Tables that have no foreign key yet: with two of one column hardly a row would be deleted. */
  final List<Source> referring() {
    return tables.stream()
        .filter(table -> table.column(REFERENCE) != null)
        .filter(
            table ->
                links.stream()
                    .noneMatch(
                        link -> link.what().equals(CASCADE) && link.to().equals(table.name())))
        .toList();
  }

  /** A table that another one's foreign key may refer to. */
  final Source referred(Source from) {
    ColumnKind kind = from.column(REFERENCE).kind();
    List<Source> fitting =
        tables.stream()
            .filter(one -> one.unique().contains("id"))
            .filter(one -> one.columns().get(0).kind().equals(kind))
            .toList();
    return fitting.isEmpty() ? table() : dice.pick(fitting);
  }

  /** A condition by a key: of the row of a trigger, or by a literal. */
  final String by(Source of, String row, List<Column> columnsOfRow) {
    Column column = dice.pick(of.columns());
    List<Column> alike =
        columnsOfRow.stream()
            .filter(one -> one.kind().type().equals(column.kind().type()))
            .toList();
    String value =
        alike.isEmpty() || row == null || dice.oneIn(4)
            ? column.kind().plain(dice)
            : row + dice.pick(alike).name();
    return column.name() + " = " + value;
  }

  /** A write of any table, that something defined carries out. */
  final String write(String row, List<Column> columnsOfRow) {
    return write(table(), row, columnsOfRow);
  }

  final String write(Source to, String row, List<Column> columnsOfRow) {
    String by = by(to, row, columnsOfRow);
    return switch (dice.below(7)) {
      case 0 -> "DELETE FROM " + to.name() + " WHERE " + by;
      case 1 -> insert(to, row, columnsOfRow);
      case 2 -> {
        Column column = dice.pick(to.written());
        yield "UPDATE %s SET %s = %s WHERE %s"
            .formatted(to.name(), column.name(), column.kind().plain(dice), by);
      }
      default -> "UPDATE %s SET n = n + 1 WHERE %s".formatted(to.name(), by);
    };
  }

  abstract String insert(Source to, String row, List<Column> columnsOfRow);

  final String values(List<Column> columns, String row, List<Column> columnsOfRow) {
    return columns.stream()
        .map(
            column -> {
              List<Column> alike =
                  columnsOfRow.stream()
                      .filter(one -> one.kind().type().equals(column.kind().type()))
                      .toList();
              return alike.isEmpty() || row == null || dice.oneIn(3)
                  ? column.kind().plain(dice)
                  : row + dice.pick(alike).name();
            })
        .collect(Collectors.joining(", "));
  }

  static String names(List<Column> columns) {
    return columns.stream().map(Column::name).collect(Collectors.joining(", "));
  }

  /**
   * @param what brings a link; null for anything
   */
  final boolean has(String what) {
    return what == null || links.stream().anyMatch(link -> link.what().equals(what));
  }

  /** A view over something. */
  final void view(String options, boolean checks) {
    Source of = source();
    String name = named("v");
    List<Column> columns = new ArrayList<>();
    List<String> selected = new ArrayList<>();
    boolean renames = dice.oneIn(3);
    for (Column column : dice.some(of.columns())) {
      String as = renames ? column.name() + "x" : column.name();
      columns.add(new Column(as, column.kind(), column.written()));
      selected.add(renames ? column.name() + " AS " + as : column.name());
    }
    String where = dice.oneIn(2) ? "" : " WHERE " + by(of, null, List.of());
    String check =
        checks && dice.oneIn(3) ? dice.any(" WITH CHECK OPTION", " WITH LOCAL CHECK OPTION") : "";
    String query = "SELECT " + String.join(", ", selected) + " FROM " + of.name() + where;
    if (define("CREATE " + options + "VIEW " + name + " AS " + query + check)) {
      Sort sort = options.startsWith("MATERIALIZED") ? Sort.STORED_VIEW : Sort.VIEW;
      others.add(new Source(name, sort, List.copyOf(columns), List.of()));
      sharing(VIEW, of.name(), name);
    }
  }

  final void joined(String options) {
    Source of = source();
    Source with = source();
    Column some = dice.pick(of.columns());
    List<Column> alike =
        with.columns().stream()
            .filter(one -> one.kind().type().equals(some.kind().type()))
            .toList();
    if (alike.isEmpty()) {
      return;
    }
    Column other = dice.pick(with.columns());
    String name = named("v");
    String query =
        "SELECT x.%s AS k, y.%s AS m FROM %s x %s JOIN %s y ON x.%s = y.%s"
            .formatted(
                some.name(),
                other.name(),
                of.name(),
                dice.any("", "LEFT"),
                with.name(),
                some.name(),
                dice.pick(alike).name());
    if (define("CREATE " + options + "VIEW " + name + " AS " + query)) {
      Sort sort = options.startsWith("MATERIALIZED") ? Sort.STORED_VIEW : Sort.VIEW;
      List<Column> columns =
          List.of(new Column("k", some.kind(), true), new Column("m", other.kind(), true));
      others.add(new Source(name, sort, columns, List.of()));
      sharing(VIEW, of.name(), name);
      sharing(VIEW, with.name(), name);
    }
  }

  final void summed() {
    Source of = source();
    List<Column> exact = of.columns().stream().filter(column -> column.kind().exact()).toList();
    if (exact.isEmpty()) {
      return;
    }
    Column by = dice.pick(exact);
    String name = named("v");
    String query = "SELECT %1$s AS k, count(*) AS m FROM %2$s GROUP BY %1$s";
    if (define("CREATE VIEW " + name + " AS " + query.formatted(by.name(), of.name()))) {
      List<Column> columns = List.of(new Column("k", by.kind(), true));
      others.add(new Source(name, Sort.VIEW, columns, List.of()));
      sharing(VIEW, of.name(), name);
    }
  }

  @Override
  public final String toString() {
    return String.join(";\n", definitions);
  }
}
