package dev.heimdall.test.sql;

import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What PostgreSQL itself takes a query or a change of rows for: it is made the body of a procedure,
 * which is stored analysed, and read back from the catalogue before it is rolled back.
 *
 * @param tables each with its schema and what it is locked for: 1 to read, 2 to lock rows, 3 to
 *     change
 * @param functions those that are called by name
 */
record AnalysedStatement(
    List<Table> tables, Set<String> functions, boolean changesRows, boolean locksRows) {

  /** A table that the statement names. */
  record Table(String schema, String name, int lock) {}

  private static final Pattern TABLE =
      Pattern.compile(":rtekind 0 :relid (\\d+) :inh \\w+ :relkind \\w :rellockmode (\\d)");
  private static final Pattern FUNCTION =
      Pattern.compile(
          ":funcid (\\d+) :funcresulttype \\d+ :funcretset \\w+ :funcvariadic \\w+ :funcformat 0"
              + "|\\{(?:AGGREF :aggfnoid|WINDOWFUNC :winfnoid) (\\d+)");
  private static final Pattern COMMAND = Pattern.compile("\\{QUERY :commandType (\\d)");
  private static final Pattern ROW_MARK =
      Pattern.compile("\\{ROWMARKCLAUSE [^}]*:pushedDown false");

  /** Functions that PostgreSQL calls for a syntax of its own, though it notes them as calls. */
  private static final Set<String> SYNTAX =
      Set.of("convert_from", "convert_to", "like_escape", "similar_to_escape");

  /** Those that it calls for JSON_ARRAY, JSON_ARRAYAGG and JSON_OBJECTAGG. */
  private static final Pattern AGGREGATE =
      Pattern.compile("jsonb?_(object_)?agg(_unique)?(_strict)?");

  /**
   * Asks the server; null where it does not take the statement for the body of a procedure.
   *
   * @param idle whether no transaction is open
   */
  static AnalysedStatement of(Connection connection, String sql, boolean idle) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(idle ? "BEGIN" : "SAVEPOINT judged");
      try {
        statement.execute("CREATE PROCEDURE pg_temp.judged() BEGIN ATOMIC\n" + sql + "\n; END");
        String body =
            strings(
                    statement,
                    "SELECT prosqlbody::text FROM pg_catalog.pg_proc"
                        + " WHERE proname = 'judged' AND pronamespace = pg_my_temp_schema()")
                .get(0);
        return of(statement, body);
      } catch (SQLException refused) {
        return null;
      } finally {
        statement.execute(idle ? "ROLLBACK" : "ROLLBACK TO SAVEPOINT judged");
      }
    }
  }

  private static AnalysedStatement of(Statement statement, String body) throws SQLException {
    StringBuilder names = new StringBuilder("SELECT ''");
    Matcher table = TABLE.matcher(body);
    while (table.find()) {
      names
          .append(" UNION SELECT relnamespace::regnamespace::text || ' ' || relname || ' ")
          .append(table.group(2))
          .append("' FROM pg_catalog.pg_class WHERE oid = ")
          .append(table.group(1));
    }
    Matcher function = FUNCTION.matcher(body);
    while (function.find()) {
      names
          .append(" UNION SELECT proname FROM pg_catalog.pg_proc WHERE oid = ")
          .append(function.group(1) == null ? function.group(2) : function.group(1));
    }
    List<Table> tables = new ArrayList<>();
    Set<String> functions = new TreeSet<>();
    for (String name : strings(statement, names.toString())) {
      String[] parts = name.split(" ");
      if (parts.length == 3) {
        tables.add(new Table(parts[0].replace("\"", ""), parts[1], Integer.parseInt(parts[2])));
      } else if (!name.isEmpty() && !SYNTAX.contains(name)) {
        functions.add(name);
      }
    }
    Matcher command = COMMAND.matcher(body);
    boolean changes = false;
    while (command.find()) {
      changes |= command.group(1).charAt(0) != '1';
    }
    return new AnalysedStatement(tables, functions, changes, ROW_MARK.matcher(body).find());
  }

  private static List<String> strings(Statement statement, String query) throws SQLException {
    List<String> strings = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        strings.add(rows.getString(1));
      }
    }
    return strings;
  }

  /** What a statement that was understood keeps quiet about. */
  List<String> missedBy(ParsedStatement parsed) {
    List<String> missed = new ArrayList<>();
    for (Table table : tables) {
      boolean written = parsed.writes().stream().anyMatch(name -> isThis(name, table));
      boolean read = written || parsed.reads().stream().anyMatch(name -> isThis(name, table));
      if (table.lock() > 2 ? !written : !read) {
        missed.add("table " + table);
      }
    }
    for (String function : functions) {
      if (parsed.functions().stream().noneMatch(name -> name.name().equals(function))
          && !parsed.attributes().contains(function)
          && !isAggregateOf(parsed, function)) {
        missed.add("function " + function);
      }
    }
    if (changesRows && parsed.kind().compareTo(StatementClass.WRITE) < 0) {
      missed.add("change of rows: " + parsed.kind());
    }
    if (locksRows && !parsed.locking()) {
      missed.add("locking clause");
    }
    return missed;
  }

  private static boolean isAggregateOf(ParsedStatement parsed, String function) {
    Matcher aggregate = AGGREGATE.matcher(function);
    if (!aggregate.matches()) {
      return false;
    }
    String prefix = aggregate.group(1) == null ? "json_array" : "json_objectagg";
    return parsed.functions().stream().anyMatch(name -> name.name().startsWith(prefix));
  }

  private static boolean isThis(TableName name, Table table) {
    return name.table().equals(table.name())
        && (name.schema() == null || name.schema().equals(table.schema()));
  }
}
