package dev.heimdall.engine.dialect.sqlserver.action;

import dev.heimdall.engine.action.ActionProtocol;
import dev.heimdall.engine.dialect.sqlserver.answer.LogInReply;
import dev.heimdall.engine.dialect.sqlserver.sql.SessionOptions;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.model.ActionParameters;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Rule actions on SQL Server. A connection is used once: nothing brings it back. */
public final class SqlServerActions implements ActionProtocol {
  /**
   * Options that the driver sets by itself, needs otherwise, or that change how many rows count.
   */
  private static final Set<String> LEFT_OUT =
      Set.of(LogInReply.PACKET_SIZE, SessionOptions.IMPLICIT_TRANSACTIONS, "nocount", "rowcount");

  private static final Set<String> ALONE = Set.of("truncate");

  private static final Set<String> OF_SESSION =
      Set.of(
          "app_name",
          "applock_mode",
          "connectionproperty",
          "context_info",
          "current_transaction_id",
          "host_id",
          "host_name",
          "rowcount_big",
          "scope_identity",
          "session_context",
          "sessionproperty",
          "xact_state");

  @Override
  public SqlDialect reading() {
    return SqlServerSql.DIALECT;
  }

  @Override
  public String refusal(Map<String, String> ofSource, Map<String, String> ofSession) {
    String rows = ofSession.get("rowcount");
    return rows == null || rows.equals("0") ? null : "the session limits rows by SET ROWCOUNT";
  }

  @Override
  public Map<String, String> settings(
      Map<String, String> ofSource, Map<String, String> ofSession, LexerMode lexerMode) {
    Map<String, String> all = new TreeMap<>(ofSession);
    all.keySet().removeAll(LEFT_OUT);
    return Collections.unmodifiableMap(all);
  }

  /** A language comes first: it gives dates its formats. */
  @Override
  public void apply(Connection connection, Map<String, String> settings, boolean local)
      throws SQLException {
    StringBuilder sql = new StringBuilder();
    String database = settings.get(SessionOptions.DATABASE);
    if (database != null) {
      sql.append("USE [").append(database.replace("]", "]]")).append("] ");
    }
    if (settings.containsKey(SessionOptions.LANGUAGE)) {
      set(sql, SessionOptions.LANGUAGE, settings.get(SessionOptions.LANGUAGE));
    }
    settings.forEach(
        (name, value) -> {
          if (!name.equals(SessionOptions.DATABASE) && !name.equals(SessionOptions.LANGUAGE)) {
            set(sql, name, value);
          }
        });
    if (!sql.isEmpty()) {
      try (Statement statement = connection.createStatement()) {
        statement.setEscapeProcessing(false);
        statement.execute(sql.toString());
      }
    }
  }

  private static void set(StringBuilder sql, String name, String value) {
    sql.append("SET ").append(name).append(' ').append(value).append(' ');
  }

  /** From here on the connection carries nothing out. */
  @Override
  public void beginPlan(Connection connection, Map<String, String> settings, boolean reads)
      throws SQLException {
    apply(connection, settings, false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET SHOWPLAN_XML ON");
    }
  }

  @Override
  public ActionParameters.PlanFormat planFormat(ActionParameters.PlanFormat wanted) {
    return ActionParameters.PlanFormat.XML;
  }

  @Override
  public Set<String> tablesOf(String plan) {
    return ShowPlan.tables(plan);
  }

  @Override
  public String explain(
      Connection connection,
      ActionParameters.ExtractPlan how,
      String text,
      List<String> types,
      int longest)
      throws SQLException {
    return ShowPlan.of(connection, text, longest);
  }

  @Override
  public Set<String> goingAlone() {
    return ALONE;
  }

  @Override
  public Set<String> ofSession() {
    return OF_SESSION;
  }
}
