package dev.heimdall.engine.dialect.mysql.action;

import dev.heimdall.engine.action.ActionProtocol;
import dev.heimdall.engine.dialect.mysql.server.SetStatement;
import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.dialect.mysql.sql.SessionCharacters;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.wire.mysql.StateChanges;
import dev.heimdall.model.ActionParameters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Rule actions on MySQL and MariaDB. A connection is used once: nothing brings it back. */
public final class MysqlActions implements ActionProtocol {
  private static final String MODE = "sql_mode";
  private static final int PLAN_SECONDS = 10;

  /**
   * Variables that the driver reserves for itself, and those that report how the previous statement
   * has ended.
   */
  private static final Set<String> LEFT_OUT =
      Set.of(
          "autocommit",
          SessionCharacters.CLIENT,
          SessionCharacters.CONNECTION,
          SessionCharacters.RESULTS,
          SessionCharacters.NAMES,
          "identity",
          "last_gtid",
          "last_insert_id",
          "version");

  private static final Set<String> ALONE = Set.of("truncate", "call", "analyze", "optimize");

  private static final Set<String> OF_SESSION =
      Set.of(
          "connection_id",
          "found_rows",
          "get_lock",
          "is_used_lock",
          "last_insert_id",
          "lastval",
          "release_all_locks",
          "release_lock",
          "row_count");

  @Override
  public SqlDialect reading() {
    return MysqlSql.DIALECT;
  }

  @Override
  public String refusal(Map<String, String> ofSource, Map<String, String> ofSession) {
    String charset = SessionCharacters.charset(ofSession::get, SessionCharacters.CLIENT);
    return charset == null || charset.startsWith("utf8")
        ? null
        : "the session's character_set_client is not utf8mb4";
  }

  @Override
  public Map<String, String> settings(
      Map<String, String> ofSource, Map<String, String> ofSession, LexerMode lexerMode) {
    Map<String, String> all = new TreeMap<>();
    all.putAll(ofSource);
    String names = ofSession.get(SessionCharacters.NAMES);
    if (names != null) {
      all.put(SessionCharacters.COLLATION, names);
    }
    all.putAll(ofSession);
    all.keySet().removeIf(name -> LEFT_OUT.contains(name) || name.startsWith("session_track_"));
    if (!all.getOrDefault(SessionCharacters.COLLATION, "").startsWith("utf8")) {
      all.remove(SessionCharacters.COLLATION);
    }
    return Collections.unmodifiableMap(all);
  }

  @Override
  public void apply(Connection connection, Map<String, String> settings, boolean local)
      throws SQLException {
    SetStatement set = new SetStatement();
    if (!settings.containsKey(MODE)) {
      set.raw(MODE, "@@global.sql_mode"); // the driver's is another one
    }
    for (Map.Entry<String, String> each : settings.entrySet()) {
      if (each.getKey().equals(StateChanges.DATABASE)) {
        connection.setCatalog(each.getValue());
      } else {
        set.value(each.getKey(), each.getValue());
      }
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(set.toString());
    }
  }

  @Override
  public Set<String> goingAlone() {
    return ALONE;
  }

  @Override
  public Set<String> ofSession() {
    return OF_SESSION;
  }

  /**
   * EXPLAIN may carry out what a derived table calls (MariaDB), and in a transaction that reads has
   * no plan for what changes rows.
   */
  @Override
  public void beginPlan(Connection connection, Map<String, String> settings, boolean reads)
      throws SQLException {
    apply(connection, settings, false);
    connection.setAutoCommit(false);
    if (reads) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("START TRANSACTION READ ONLY");
      }
    }
  }

  /**
   * A plan needs values: what most columns can be compared with stands in for them. Where one is no
   * number of rows (LIMIT) or no date, the server says so, and others are tried.
   */
  @Override
  public String explain(
      Connection connection,
      ActionParameters.ExtractPlan how,
      String text,
      List<String> types,
      int longest)
      throws SQLException {
    String format = how.format() == ActionParameters.PlanFormat.JSON ? "FORMAT=JSON " : "";
    try (PreparedStatement statement = connection.prepareStatement("EXPLAIN " + format + text)) {
      statement.setQueryTimeout(PLAN_SECONDS);
      int parameters = statement.getParameterMetaData().getParameterCount();
      SQLException failed = null;
      for (StandIns values : StandIns.values()) {
        values.set(statement, parameters);
        try (ResultSet lines = statement.executeQuery()) {
          return plan(lines, longest);
        } catch (SQLException e) {
          failed = failed == null ? e : failed;
          if (parameters == 0 || e instanceof SQLTimeoutException || connection.isClosed()) {
            break; // no other values help
          }
        }
      }
      throw failed;
    }
  }

  private static String plan(ResultSet lines, int longest) throws SQLException {
    StringBuilder plan = new StringBuilder();
    int columns = lines.getMetaData().getColumnCount();
    while (lines.next() && plan.length() < longest) {
      plan.append(plan.isEmpty() ? "" : "\n");
      for (int i = 1; i <= columns; i++) {
        plan.append(i == 1 ? "" : "\t").append(lines.getString(i));
      }
    }
    return plan.toString();
  }
}
