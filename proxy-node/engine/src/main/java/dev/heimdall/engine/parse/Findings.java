package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What was found in a text so far; it only ever gets more careful. */
final class Findings {
  private final Set<TableName> reads = new LinkedHashSet<>();
  private final Set<TableName> writes = new LinkedHashSet<>();
  private final Set<RowChange> changes = EnumSet.noneOf(RowChange.class);
  private final Set<FunctionName> functions = new LinkedHashSet<>();
  private final Set<String> attributes = new LinkedHashSet<>();
  private final Set<String> operators = new LinkedHashSet<>();
  private final List<String> hints = new ArrayList<>();
  private StatementClass kind = StatementClass.EMPTY;
  private boolean understood = true;
  private boolean locking;
  private int statements;

  void statement() {
    statements++;
  }

  void kind(StatementClass found) {
    if (found.compareTo(kind) > 0) {
      kind = found;
    }
  }

  /** Something is not certain; the statement is at least of this kind. */
  void uncertain(StatementClass atLeast) {
    kind(atLeast);
    understood = false;
  }

  void reads(TableName table) {
    reads.add(table);
  }

  void writes(TableName table) {
    writes.add(table);
  }

  void changes(RowChange change) {
    changes.add(change);
  }

  void calls(FunctionName function) {
    functions.add(function);
  }

  void attribute(String name) {
    attributes.add(name);
  }

  void operator(String sign) {
    operators.add(sign);
  }

  void locks() {
    locking = true;
  }

  void hint(String content) {
    hints.add(content);
  }

  boolean understood() {
    return understood;
  }

  private Set<RowChange> rowChanges() {
    boolean told = understood && kind.compareTo(StatementClass.CALL) < 0;
    return told ? changes : EnumSet.allOf(RowChange.class);
  }

  ParsedStatement result() {
    return new ParsedStatement(
        kind,
        understood,
        statements,
        List.copyOf(reads),
        List.copyOf(writes),
        rowChanges(),
        List.copyOf(functions),
        locking,
        hints,
        attributes,
        operators);
  }
}
