package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.Application;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.NameSet;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.RunText;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableDefinitions;
import dev.heimdall.engine.sql.TableName;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Findings in a text so far; they only ever get more careful. */
public final class Findings {
  /** More names are not recognised where a text is not understood. */
  private static final int MOST_NAMES = 2_000;

  private final Set<TableName> reads = new LinkedHashSet<>();
  private final Set<TableName> writes = new LinkedHashSet<>();
  private final Set<String> databases = new LinkedHashSet<>();
  private final Set<RowChange> changes = EnumSet.noneOf(RowChange.class);
  private final Set<FunctionName> functions = new LinkedHashSet<>();
  private final Set<String> attributes = new LinkedHashSet<>();
  private final Set<String> conversions = new LinkedHashSet<>();
  private final Set<String> operators = new LinkedHashSet<>();
  private final List<String> hints = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final List<RunText> runs = new ArrayList<>();
  private final List<Application> applications = new ArrayList<>();
  private StatementClass kind = StatementClass.EMPTY;
  private String doubt;
  private int doubts;
  private boolean statementUnderstood = true;
  private boolean codeBlock;
  private boolean locking;

  /** True if the present statement defines something, of which {@link #defines} has not told. */
  private boolean definesUntold;

  /** Definitions of the statements before it; null where one defines more. */
  private TableDefinitions definitions = TableDefinitions.PLAIN;

  private int statements;

  /** Another statement begins. */
  void statement() {
    definitionsTold();
    statements++;
    statementUnderstood = true;
    codeBlock = false;
  }

  /** True if the present statement is understood so far, or its code block was read. */
  boolean explained() {
    return statementUnderstood || codeBlock;
  }

  /** The body of the present statement, which is a DO. */
  public void codeBlock(RoutineBody body) {
    codeBlock = true;
    runs.add(new RunText(true, body));
  }

  /** The present statement, which was not understood, by its words. */
  void words(RoutineBody statement) {
    runs.add(new RunText(false, statement));
  }

  /** The present statement defines no more than this. */
  public void defines(TableDefinitions told) {
    definesUntold = false;
    if (definitions != null) {
      definitions = definitions.and(told);
    }
  }

  private void definitionsTold() {
    if (definesUntold) {
      definitions = null;
    }
    definesUntold = false;
  }

  public void kind(StatementClass found) {
    definesUntold |= found.compareTo(StatementClass.CALL) > 0;
    if (found.compareTo(kind) > 0) {
      kind = found;
    }
  }

  /** Notes an uncertainty; the statement is at least of this kind. */
  public void uncertain(StatementClass atLeast) {
    uncertain(atLeast, "touches more than its text names");
  }

  /**
   * As the other, with the reason.
   *
   * @param because the end of a sentence that begins with the statement
   */
  public void uncertain(StatementClass atLeast, String because) {
    kind(atLeast);
    statementUnderstood = false;
    doubts++;
    if (doubt == null) {
      doubt = because;
    }
  }

  /** Number of uncertainties until now. */
  int doubts() {
    return doubts;
  }

  /** True if there is room for more names of tables that were recognised, but not understood. */
  boolean takesNames() {
    return reads.size() + writes.size() < MOST_NAMES;
  }

  public void reads(TableName table) {
    reads.add(table);
  }

  public void writes(TableName table) {
    writes.add(table);
  }

  /** Names without a database may be of this one as well. */
  public void mayBeOf(String database) {
    databases.add(database);
  }

  /** Names of tables, with each database that they may be of. */
  private List<TableName> named(Set<TableName> found) {
    Set<TableName> all = new LinkedHashSet<>(found);
    for (String database : databases) {
      for (TableName name : found) {
        if (name.database() == null && all.size() < MOST_NAMES) {
          all.add(new TableName(database, name.schema(), name.table()));
        }
      }
    }
    return List.copyOf(all);
  }

  public void changes(RowChange change) {
    changes.add(change);
  }

  public void calls(FunctionName function) {
    functions.add(function);
  }

  void attribute(String name) {
    attributes.add(name);
  }

  /** A column that is converted to a date or time, unless it is one. */
  public void converts(String column) {
    conversions.add(column);
  }

  /** A word or name of the text, or {@code ::}. */
  public void name(String name) {
    names.add(name);
  }

  /** A place where an operator or function is applied. */
  public void applies(Application application) {
    applications.add(application);
  }

  void operator(String sign) {
    operators.add(sign);
  }

  public void locks() {
    locking = true;
  }

  void hint(String content) {
    hints.add(content);
  }

  boolean understood() {
    return doubts == 0;
  }

  private Set<RowChange> rowChanges() {
    boolean told = understood() && kind.compareTo(StatementClass.CALL) < 0;
    return told ? changes : EnumSet.allOf(RowChange.class);
  }

  ParsedStatement result() {
    definitionsTold();
    return new ParsedStatement(
        kind,
        understood(),
        statements,
        named(reads),
        named(writes),
        rowChanges(),
        List.copyOf(functions),
        locking,
        hints,
        attributes,
        operators,
        conversions,
        doubt,
        NameSet.of(names),
        runs,
        kind.compareTo(StatementClass.DDL) >= 0 ? definitions : null,
        understood() && statements == 1 ? applications : List.of());
  }
}
