package dev.heimdall.engine.dialect.postgres.action;

import dev.heimdall.engine.action.ActionProtocol;
import dev.heimdall.engine.action.ParameterFormat;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.model.ActionParameters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.postgresql.core.BaseStatement;
import org.postgresql.core.QueryExecutor;

/** Rule actions on PostgreSQL. */
public final class PostgresActions implements ActionProtocol {
  private static final ParameterFormat PARAMETERS = new PostgresParameters();
  private static final String ENCODING = "client_encoding";
  private static final String STRINGS = "standard_conforming_strings";
  private static final String NO_SUCH_PARAMETER = "42P02";

  /** Name of the prepared statement whose plan is requested. */
  private static final String PREPARED = "heimdall_plan";

  /** Parameters that the driver reserves for itself, and those that a session cannot change. */
  private static final Set<String> LEFT_OUT =
      Set.of(
          ENCODING,
          "options",
          "is_superuser",
          "session_authorization",
          "in_hot_standby",
          "integer_datetimes",
          "server_encoding",
          "server_version");

  private static final Set<String> ALONE =
      Set.of("truncate", "call", "refresh", "vacuum", "analyze", "cluster", "reindex");

  private static final Set<String> OF_SESSION =
      Set.of(
          "currval",
          "lastval",
          "pg_backend_pid",
          "pg_advisory_lock",
          "pg_advisory_lock_shared",
          "pg_try_advisory_lock",
          "pg_try_advisory_lock_shared",
          "pg_advisory_unlock",
          "pg_advisory_unlock_shared",
          "pg_advisory_unlock_all",
          "pg_current_xact_id",
          "txid_current",
          "set_config",
          "inet_client_addr",
          "inet_client_port");

  @Override
  public SqlDialect reading() {
    return PostgresSql.DIALECT;
  }

  @Override
  public String refusal(Map<String, String> ofSource, Map<String, String> ofSession) {
    String encoding = ofSession.get(ENCODING);
    if (encoding != null && !encoding.replace("-", "").equalsIgnoreCase("utf8")) {
      return "the session's client_encoding is not UTF8";
    }
    String dates = settings(ofSource, ofSession, LexerMode.STANDARD).get("DateStyle");
    if (dates != null && !dates.toUpperCase(Locale.ROOT).startsWith("ISO")) {
      return "the session's DateStyle is not ISO";
    }
    return null;
  }

  @Override
  public Map<String, String> settings(
      Map<String, String> ofSource, Map<String, String> ofSession, LexerMode lexerMode) {
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.putAll(ofSource);
    all.putAll(ofSession);
    all.keySet().removeIf(name -> LEFT_OUT.contains(name.toLowerCase(Locale.ROOT)));
    all.put(STRINGS, lexerMode.backslashEscapes() ? "off" : "on");
    return Collections.unmodifiableMap(all);
  }

  @Override
  public void apply(Connection connection, Map<String, String> settings, boolean local)
      throws SQLException {
    List<String> names = new ArrayList<>(settings.keySet());
    // Another role may not be allowed to set the others.
    if (names.removeIf(name -> name.equalsIgnoreCase("role"))) {
      names.add("role");
    }
    String one = "pg_catalog.set_config(?, ?, " + local + ")";
    String sql = "SELECT " + String.join(", ", Collections.nCopies(names.size(), one));
    try (PreparedStatement set = connection.prepareStatement(sql)) {
      int index = 1;
      for (String name : names) {
        set.setString(index++, name);
        set.setString(index++, settings.get(name));
      }
      set.executeQuery().close();
    }
  }

  @Override
  public boolean clean(Connection connection, boolean local) throws SQLException {
    if (!local) {
      execute(connection, "DISCARD ALL");
    }
    return true;
  }

  private static void execute(Connection connection, String... texts) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : texts) {
        statement.execute(sql);
      }
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

  @Override
  public Optional<ParameterFormat> parameters() {
    return Optional.of(PARAMETERS);
  }

  @Override
  public void beginPlan(Connection connection, Map<String, String> settings, boolean reads)
      throws SQLException {
    connection.setAutoCommit(false);
    execute(connection, "SET TRANSACTION READ ONLY");
    apply(connection, settings, true);
    execute(connection, "SET LOCAL statement_timeout = '10s'", "SET LOCAL lock_timeout = '1s'");
  }

  @Override
  public String explain(
      Connection connection,
      ActionParameters.ExtractPlan how,
      String text,
      List<String> types,
      int longest)
      throws SQLException {
    String explain = "EXPLAIN (FORMAT " + how.format().name() + ") ";
    Savepoint before = connection.setSavepoint();
    try {
      return plan(connection, explain + text, longest);
    } catch (SQLException e) {
      if (!NO_SUCH_PARAMETER.equals(e.getSQLState())) {
        throw e;
      }
    }
    connection.rollback(before);
    return genericPlan(connection, explain, text, types, longest);
  }

  /** Prepared, the statement has a plan for whatever values, and the server finds its types. */
  private static String genericPlan(
      Connection connection, String explain, String text, List<String> types, int longest)
      throws SQLException {
    String given = types.isEmpty() ? "" : " (" + String.join(", ", types) + ")";
    executeSimply(connection, "PREPARE " + PREPARED + given + " AS " + text).close();
    try {
      execute(connection, "SET LOCAL plan_cache_mode = force_generic_plan");
      String nulls = String.join(", ", Collections.nCopies(parameters(connection), "NULL"));
      String plan = plan(connection, explain + "EXECUTE " + PREPARED + " (" + nulls + ")", longest);
      execute(connection, "DEALLOCATE " + PREPARED);
      return plan;
    } catch (SQLException e) {
      connection.rollback(); // else it could not be deallocated, which no rollback does
      execute(connection, "DEALLOCATE " + PREPARED);
      throw e;
    }
  }

  private static int parameters(Connection connection) throws SQLException {
    String sql =
        "SELECT pg_catalog.cardinality(parameter_types) FROM pg_catalog.pg_prepared_statements"
            + " WHERE name OPERATOR(pg_catalog.=) '"
            + PREPARED
            + "'";
    try (Statement ask = connection.createStatement();
        ResultSet row = ask.executeQuery(sql)) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  private static String plan(Connection connection, String sql, int longest) throws SQLException {
    StringBuilder plan = new StringBuilder();
    try (Statement simple = executeSimply(connection, sql);
        ResultSet lines = simple.getResultSet()) {
      while (lines.next() && plan.length() < longest) {
        plan.append(plan.isEmpty() ? "" : "\n").append(lines.getString(1));
      }
    }
    return plan.toString();
  }

  /** The extended protocol would want values for the text's parameters. */
  private static Statement executeSimply(Connection connection, String sql) throws SQLException {
    BaseStatement statement = connection.createStatement().unwrap(BaseStatement.class);
    try {
      statement.setEscapeProcessing(false);
      statement.executeWithFlags(sql, QueryExecutor.QUERY_EXECUTE_AS_SIMPLE);
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }
}
