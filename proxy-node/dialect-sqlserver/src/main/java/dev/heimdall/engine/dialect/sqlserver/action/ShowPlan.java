package dev.heimdall.engine.dialect.sqlserver.action;

import dev.heimdall.engine.dialect.sqlserver.sql.VariableNames;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Plans that a connection with SHOWPLAN_XML answers in the place of results. */
final class ShowPlan {
  private static final int SECONDS = 10;

  /** Types for parameters that have none here, in the order in which they are tried. */
  private static final String[] STAND_INS = {"nvarchar(4000)", "bigint"};

  /** Attributes with texts and values of statements. */
  private static final Pattern TEXTS =
      Pattern.compile(
          "(StatementText|ParameterizedText|ConstValue|ParameterCompiledValue)=\"[^\"]*\"");

  private static final Pattern EXPRESSION = Pattern.compile("ScalarString=\"[^\"]*\"");

  /** Numbers and texts in expressions, and no part of a name. */
  private static final Pattern VALUE =
      Pattern.compile("(?<![\\w@#$.\\[])[-+]?\\$?\\d[\\w.]*|N?'(?:[^']|'')*'|&apos;.*?&apos;");

  private static final Pattern TABLE =
      Pattern.compile("<(?:\\w+:)?Object [^>]*?Table=\"([^\"]*)\"");

  private ShowPlan() {}

  /** Asks for the plan of a text with parameters that have no values. */
  static String of(Connection connection, String text, int longest) throws SQLException {
    Set<String> parameters = VariableNames.of(text);
    SQLException failed = null;
    for (String type : STAND_INS) {
      StringBuilder sql = new StringBuilder();
      parameters.forEach(
          name -> sql.append("DECLARE ").append(name).append(' ').append(type).append("; "));
      try (Statement statement = connection.createStatement()) {
        statement.setEscapeProcessing(false);
        statement.setQueryTimeout(SECONDS);
        try (ResultSet rows = statement.executeQuery(sql.append(text).toString())) {
          String plan = rows.next() ? withoutValues(rows.getString(1)) : "";
          return plan.length() > longest ? plan.substring(0, longest) : plan;
        }
      } catch (SQLException e) {
        failed = failed == null ? e : failed;
        if (parameters.isEmpty() || e instanceof SQLTimeoutException || connection.isClosed()) {
          break; // another type is of no help
        }
      }
    }
    throw failed;
  }

  private static String withoutValues(String plan) {
    String without = TEXTS.matcher(plan).replaceAll("$1=\"?\"");
    return EXPRESSION
        .matcher(without)
        .replaceAll(
            found -> Matcher.quoteReplacement(VALUE.matcher(found.group()).replaceAll("?")));
  }

  /** The last names of its tables, in small letters. */
  static Set<String> tables(String plan) {
    Set<String> tables = new TreeSet<>();
    Matcher found = TABLE.matcher(plan);
    while (found.find()) {
      String name = found.group(1);
      boolean quoted = name.startsWith("[") && name.endsWith("]");
      name = quoted ? name.substring(1, name.length() - 1).replace("]]", "]") : name;
      if (!name.startsWith("#") && !name.startsWith("@")) {
        tables.add(name.toLowerCase(Locale.ROOT));
      }
    }
    return tables;
  }
}
