package dev.heimdall.engine.rules;

import dev.heimdall.engine.sql.FoldedName;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.model.RuleExpression;
import dev.heimdall.model.Specifier;
import dev.heimdall.model.TableText;
import dev.heimdall.model.Template;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** One expression about the tables of a statement, or about whether it was understood. */
final class TableExpression {
  private final int id;
  private final Specifier specifier;
  private final List<String> written;
  private final boolean dynamic;

  TableExpression(int id, RuleExpression expression) {
    this.id = id;
    this.specifier = expression.specifier();
    this.written = expression.values();
    this.dynamic = written.stream().anyMatch(Template::isTemplate);
  }

  int id() {
    return id;
  }

  /** True if its list depends on the session. */
  boolean isDynamic() {
    return dynamic;
  }

  /** The list for a session. */
  Set<String> list(SessionFacts facts) {
    Set<String> list = new HashSet<>();
    for (String table : written) {
      String name = dynamic ? TableText.filled(table, facts::builtIn) : table;
      String schema = facts.foldedSchema();
      list.add(schema == null ? name : TableText.without(schema, FoldedName.of(name)));
    }
    return list;
  }

  /** All tables that are known of a statement, read and written. */
  static SortedSet<String> tables(Statement statement) {
    SortedSet<String> tables = new TreeSet<>(statement.tablesRead());
    tables.addAll(statement.tablesWritten());
    return tables;
  }

  /**
   * True if the statement matches. One that may write tables which cannot be named touches more
   * than its list says.
   */
  boolean matches(Statement statement, SortedSet<String> tables, Set<String> list) {
    boolean complete = !statement.writesAnything() && statement.parsed().understood();
    return switch (specifier) {
      case UNDERSTOOD -> written.contains(Boolean.toString(statement.understood()));
      case TABLES -> tables.stream().anyMatch(list::contains);
      case TABLESALL -> tables.containsAll(list);
      case TABLESONLY -> complete && !tables.isEmpty() && list.containsAll(tables);
      default -> complete && tables.equals(new TreeSet<>(list));
    };
  }
}
