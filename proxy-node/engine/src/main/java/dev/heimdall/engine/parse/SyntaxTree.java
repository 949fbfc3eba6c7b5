package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.Dialect;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import net.sf.jsqlparser.expression.Alias;
import net.sf.jsqlparser.expression.AnalyticExpression;
import net.sf.jsqlparser.expression.Function;
import net.sf.jsqlparser.schema.Column;
import net.sf.jsqlparser.schema.Table;
import net.sf.jsqlparser.statement.ParenthesedStatement;
import net.sf.jsqlparser.statement.Statement;
import net.sf.jsqlparser.statement.create.table.ColDataType;
import net.sf.jsqlparser.statement.delete.Delete;
import net.sf.jsqlparser.statement.insert.Insert;
import net.sf.jsqlparser.statement.merge.Merge;
import net.sf.jsqlparser.statement.select.AllTableColumns;
import net.sf.jsqlparser.statement.select.PlainSelect;
import net.sf.jsqlparser.statement.select.Select;
import net.sf.jsqlparser.statement.select.TableFunction;
import net.sf.jsqlparser.statement.select.WithItem;
import net.sf.jsqlparser.statement.update.Update;
import net.sf.jsqlparser.statement.upsert.Upsert;

/**
 * Finds the names in the library's tree. The tree is walked by its fields, all of them: a visitor
 * would pass by the places that its author did not think of, and miss tables there.
 */
final class SyntaxTree {
  private static final String LIBRARY = "net.sf.jsqlparser.";
  private static final String NOT_OF_THE_TREE = LIBRARY + "parser.";

  private final ClassValue<Field[]> fields =
      new ClassValue<>() {
        @Override
        protected Field[] computeValue(Class<?> type) {
          return childrenOf(type);
        }
      };

  /**
   * The names found in one statement.
   *
   * @param queries those of WITH
   * @param others those of tables, aliases and types, which columns or a length may follow
   * @param changes how many INSERTs, UPDATEs, DELETEs and MERGEs there are
   * @param targets how many tables are made
   */
  record Names(
      StatementClass kind,
      boolean certain,
      Set<TableName> reads,
      Set<TableName> writes,
      Set<FunctionName> functions,
      Set<String> queries,
      Set<String> others,
      int changes,
      int targets) {

    /** Whether what looks like a call of this can be something else. */
    boolean explains(FunctionName call) {
      return call.schema() == null
          ? others.contains(call.name())
          : writes.stream()
              .anyMatch(t -> t.table().equals(call.name()) && call.schema().equals(t.schema()));
    }
  }

  Names read(Statement statement, Dialect dialect) {
    Walk walk = new Walk(dialect);
    walk.visit(statement, Set.of());
    return walk.names();
  }

  private final class Walk {
    private final Dialect dialect;
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<TableName> reads = new LinkedHashSet<>();
    private final Set<TableName> writes = new LinkedHashSet<>();
    private final Set<FunctionName> functions = new LinkedHashSet<>();
    private final Set<String> queries = new HashSet<>();
    private final Set<String> others = new HashSet<>();
    private StatementClass kind = StatementClass.READ;
    private boolean certain = true;
    private int changes;
    private int targets;

    Walk(Dialect dialect) {
      this.dialect = dialect;
    }

    Names names() {
      functions.forEach(function -> others.remove(function.name()));
      return new Names(kind, certain, reads, writes, functions, queries, others, changes, targets);
    }

    void visit(Object node, Set<String> scope) {
      if (node instanceof Collection<?> items) {
        // A list can be a node of the library, too.
        items.forEach(item -> visit(item, scope));
      } else if (node instanceof Map<?, ?> map) {
        map.forEach(
            (key, value) -> {
              visit(key, scope);
              visit(value, scope);
            });
      }
      if (node == null || !isOfTheTree(node.getClass()) || !seen.add(node)) {
        return;
      }
      if (node instanceof Table table) {
        reads(table, scope);
      } else if (node instanceof TableFunction function && function.getMultipartName() == null) {
        // Wraps the functions that it calls.
        certain &= function.getFunction() != null || function.getRowsFromFunctions() != null;
      } else if (node instanceof Function function) {
        calls(function.getMultipartName());
      } else if (node instanceof AnalyticExpression analytic) {
        calls(Arrays.asList(analytic.getName().split("\\.")));
      } else if (node instanceof Alias alias) {
        others.add(fold(alias.getName()));
      } else if (node instanceof ColDataType type) {
        others.add(fold(type.getDataType()));
      } else if (node instanceof Statement statement) {
        statement(statement);
      }
      Set<String> inside = scope;
      for (Field field : fields.get(node.getClass())) {
        if (field.getName().equals("withItemsList")) {
          inside = with((List<?>) valueOf(field, node), scope);
        }
      }
      for (Field field : fields.get(node.getClass())) {
        visit(valueOf(field, node), inside);
      }
    }

    /** The queries of a WITH, and what can be seen after it. */
    private Set<String> with(List<?> items, Set<String> outer) {
      if (items == null) {
        return outer;
      }
      boolean recursive =
          dialect == Dialect.SQLSERVER
              || items.stream().anyMatch(i -> i instanceof WithItem<?> w && w.isRecursive());
      Set<String> scope = new HashSet<>(outer);
      if (recursive) {
        items.forEach(item -> scope.add(nameOf(item)));
      }
      for (Object item : items) {
        visit(item, Set.copyOf(scope));
        scope.add(nameOf(item));
      }
      return scope;
    }

    private String nameOf(Object item) {
      String name = fold(((WithItem<?>) item).getAlias().getName());
      queries.add(name);
      others.add(name);
      return name;
    }

    private void statement(Statement statement) {
      if (statement instanceof ParenthesedStatement) {
        return; // What it wraps is visited by itself.
      }
      if (statement instanceof Insert insert) {
        writes(insert.getTable());
      } else if (statement instanceof Update update) {
        writes(update.getTable());
        if (update.getStartJoins() != null) {
          update.getStartJoins().forEach(join -> writes(join.getFromItem()));
        }
      } else if (statement instanceof Delete delete) {
        writes(delete.getTable());
        if (delete.getTables() != null && !delete.getTables().isEmpty()) {
          // Aliases may be among them.
          certain = false;
        }
      } else if (statement instanceof Merge merge) {
        writes(merge.getTable());
      } else if (statement instanceof Upsert upsert) {
        writes(upsert.getTable());
      } else if (statement instanceof PlainSelect select) {
        if (select.getIntoTables() != null) {
          select.getIntoTables().forEach(this::makes);
        }
        makes(select.getIntoTempTable());
        certain &= select.getMySqlSelectIntoClause() == null;
      } else if (!(statement instanceof Select)) {
        certain = false;
      }
    }

    private void makes(Table table) {
      if (table != null) {
        kind = StatementClass.DDL;
        targets++;
        target(table);
      }
    }

    private void writes(Object target) {
      changes++;
      if (kind.compareTo(StatementClass.WRITE) < 0) {
        kind = StatementClass.WRITE;
      }
      if (target instanceof Table table) {
        target(table);
      } else {
        certain = false;
      }
    }

    private void target(Table table) {
      seen.add(table);
      TableName name = nameOf(table);
      if (name == null) {
        certain = false;
      } else {
        writes.add(name);
        others.add(name.table());
      }
      // What hangs on it is read all the same.
      visit(table.getAlias(), Set.of());
      visit(table.getSampleClause(), Set.of());
    }

    private void reads(Table table, Set<String> scope) {
      TableName name = nameOf(table);
      if (name == null) {
        certain = false;
      } else {
        others.add(name.table());
        if (name.schema() != null || !scope.contains(name.table())) {
          reads.add(name);
        }
      }
    }

    private TableName nameOf(Table table) {
      if (table.getName() == null) {
        return null;
      }
      List<String> parts = new ArrayList<>();
      if (table.getDatabase() != null && table.getDatabase().getDatabaseName() != null) {
        parts.add(fold(table.getDatabase().getDatabaseName()));
      }
      if (table.getSchemaName() != null && !table.getSchemaName().isEmpty()) {
        parts.add(fold(table.getSchemaName()));
      }
      parts.add(fold(table.getName()));
      return TokenCursor.tableName(parts);
    }

    private void calls(List<String> parts) {
      if (parts == null || parts.isEmpty()) {
        certain = false;
        return;
      }
      int n = parts.size();
      functions.add(
          new FunctionName(n > 1 ? fold(parts.get(n - 2)) : null, fold(parts.get(n - 1))));
    }

    private String fold(String name) {
      int n = name.length();
      if (n > 1 && name.charAt(0) == '"' && name.charAt(n - 1) == '"') {
        return name.substring(1, n - 1).replace("\"\"", "\"");
      }
      return dialect == Dialect.POSTGRES ? name.toLowerCase(Locale.ROOT) : name;
    }
  }

  private static boolean isOfTheTree(Class<?> type) {
    return type.getName().startsWith(LIBRARY)
        && !type.getName().startsWith(NOT_OF_THE_TREE)
        && !type.isEnum();
  }

  private static Object valueOf(Field field, Object node) {
    try {
      return field.get(node);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field.toString(), e);
    }
  }

  private static Field[] childrenOf(Class<?> type) {
    List<Field> children = new ArrayList<>();
    for (Class<?> c = type; c != null && isOfTheTree(c); c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())
            && !field.getType().isPrimitive()
            && !field.getType().isEnum()
            && field.getType() != String.class
            && !onlyRefers(field)) {
          try {
            field.setAccessible(true);
            children.add(field);
          } catch (InaccessibleObjectException e) {
            throw new IllegalStateException(field.toString(), e);
          }
        }
      }
    }
    return children.toArray(new Field[0]);
  }

  /** Whether a field names a table by its alias, or was already followed. */
  private static boolean onlyRefers(Field field) {
    Class<?> owner = field.getDeclaringClass();
    String name = field.getName();
    return name.equals("resolvedTable")
        || (owner == Column.class && name.equals("table"))
        || (owner == AllTableColumns.class && name.equals("table"))
        || (owner == Select.class && name.equals("forUpdateTables"));
  }
}
