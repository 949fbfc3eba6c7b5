package dev.heimdall.test.sql;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.ParsedStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * Runs scripts statement by statement, and asks the server of each that it takes what it touches.
 */
final class CorpusRun {
  private static final Pattern BODY =
      Pattern.compile("(?is)^[\\s(]*(select|insert|update|delete|merge|with|values|table)\\b.*");
  private static final Pattern RUN_TO_JUDGE =
      Pattern.compile(
          "(?is)^(select|lock|truncate|explain|prepare|declare|analyze|drop\\s+(table|view)"
              + "|create\\b.*\\b(table|view)\\b.*\\bas\\s+\\(?\\s*(select|with|values|table)\\b).*");

  /** What would make the run slow, or reach beyond its session, without saying more of the text. */
  private static final Pattern LEFT_OUT =
      Pattern.compile("(?is)^copy\\b.*|.*(pg_sleep|alter system|statement_timeout).*");

  private final List<String> wrong = new ArrayList<>();
  private int judged;
  private int understood;

  /** Statements whose judgement was asked for and given. */
  int judged() {
    return judged;
  }

  /** Those among them that were understood. */
  int understood() {
    return understood;
  }

  /** Those understood that kept quiet about something, with what it was. */
  List<String> wrong() {
    return wrong;
  }

  void run(Connection connection, String script) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET statement_timeout = '2s'");
      for (String sql : PsqlScript.statements(script)) {
        if (!LEFT_OUT.matcher(sql).matches() && !connection.isClosed()) {
          one(connection, statement, sql);
        }
      }
    }
  }

  private void one(Connection connection, Statement statement, String sql) throws SQLException {
    TransactionState state = connection.unwrap(BaseConnection.class).getTransactionState();
    ParsedStatement parsed = PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD);
    boolean idle = state == TransactionState.IDLE;
    boolean byBody = false;
    if (state != TransactionState.FAILED && BODY.matcher(sql).matches()) {
      AnalysedStatement analysed = AnalysedStatement.of(connection, sql, idle);
      byBody = analysed != null;
      if (byBody) {
        verdict(sql, parsed, parsed.understood() ? analysed.missedBy(parsed) : List.of());
      }
    }
    boolean byLocks =
        !byBody && state != TransactionState.FAILED && RUN_TO_JUDGE.matcher(sql).matches();
    try {
      if (byLocks) {
        judgeByLocks(connection, statement, sql, parsed, idle);
      } else {
        statement.execute(sql);
      }
    } catch (SQLException refused) {
      // Scripts try what must fail, too.
      if (idle && byLocks && !connection.isClosed()) {
        statement.execute("ROLLBACK");
      }
    }
  }

  private void judgeByLocks(
      Connection connection, Statement statement, String sql, ParsedStatement parsed, boolean idle)
      throws SQLException {
    if (idle) {
      statement.execute("BEGIN");
    }
    Set<String> before = LockedTables.held(connection);
    statement.execute(sql);
    Set<String> taken = new TreeSet<>(LockedTables.held(connection));
    taken.removeAll(before);
    if (idle) {
      statement.execute("COMMIT");
    }
    verdict(
        sql, parsed, parsed.understood() ? LockedTables.missedBy(parsed, sql, taken) : List.of());
  }

  private void verdict(String sql, ParsedStatement parsed, List<String> missed) {
    judged++;
    understood += parsed.understood() ? 1 : 0;
    if (!missed.isEmpty()) {
      wrong.add(missed + " of " + sql.replaceAll("\\s+", " ") + "\n  " + parsed);
    }
  }
}
