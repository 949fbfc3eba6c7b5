package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Hunt for what one client leaves to another one over the only server connection: the other one
 * sees what it saw before, whether the first one stays or leaves.
 */
@Tag("long")
class SqlServerTracesIT {
  private static final List<String> STATEMENTS =
      List.of(
          "set ansi_nulls off",
          "set ansi_padding off",
          "set ansi_warnings off",
          "set ansi_null_dflt_on off",
          "set ansi_null_dflt_off on",
          "set arithabort on",
          "set arithignore on",
          "set concat_null_yields_null off",
          "set numeric_roundabort on",
          "set cursor_close_on_commit on",
          "set nocount on",
          "set xact_abort on",
          "set quoted_identifier off",
          "set ansi_defaults off",
          "set datefirst 3",
          "set dateformat dmy",
          "set language german",
          "set lock_timeout 1234",
          "set deadlock_priority low",
          "set rowcount 1",
          "set textsize 77",
          "set transaction isolation level read uncommitted",
          "set transaction isolation level serializable",
          "set context_info 0x0102",
          "use tempdb",
          "exec sp_set_session_context N'k', N'v'",
          "create table #t (a int)",
          "exec sp_getapplock 'a', 'Exclusive', 'Session', 0");

  /** A statement may stand in many places; what it does is to be known, or doubted, in each. */
  private static final Map<String, String> FORMS = new LinkedHashMap<>();

  static {
    FORMS.put("alone", "%s");
    FORMS.put("behind a comment", "/* it /* is */ --\n */ -- ;\n %s");
    FORMS.put("behind another", "select 1 %s select 2");
    FORMS.put("committed", "begin tran %s commit");
    FORMS.put("rolled back", "begin tran %s rollback");
    FORMS.put("in a branch", "if 1 = 1 begin %s end else print 'x'");
    FORMS.put("in a TRY", "begin try %s end try begin catch print 'x' end catch");
    FORMS.put("before an error", "%s select 1 / 0");
    FORMS.put("in a text", "exec ('%s')");
    FORMS.put("in an executed text", "exec sp_executesql N'%s'");
  }

  /** All that a session can see of itself, but for what reading it holds the connection for. */
  private static final String STATE =
      "select @@options, @@lock_timeout, @@language, @@datefirst, @@textsize, db_name(),"
          + " context_info(), session_context(N'k'), @@trancount, object_id('tempdb..#t'),"
          + " user_name(), applock_mode('public', 'a', 'Session')"
          + " select transaction_isolation_level, deadlock_priority, date_format"
          + " from sys.dm_exec_sessions where session_id = @@spid"
          + " select a from app.dbo.three order by a";

  private TdsTarget server;
  private SqlServerNode node;

  @BeforeEach
  void listen() {
    server = TdsTarget.start("app");
    node = SqlServerNode.start(server, "", "");
  }

  @AfterEach
  void end() {
    node.close();
    server.close();
  }

  private interface Opening {
    Connection client() throws SQLException;
  }

  private static String state(Connection client) {
    try {
      return all(client, STATE);
    } catch (SQLException e) {
      return e.toString();
    }
  }

  /** Carries a way out; an error is one of its outcomes. */
  private static void go(Connection client, String sql) {
    try (Statement statement = client.createStatement()) {
      boolean rows = statement.execute(sql);
      while (rows || statement.getUpdateCount() >= 0) {
        rows = statement.getMoreResults();
      }
    } catch (SQLException e) {
      assertThat(e.getErrorCode()).as(sql).isNotIn(0, 102);
    }
  }

  /** Ways of one client, of which each has been tried with the other one beside it. */
  private static List<String> ways() {
    List<String> ways = new ArrayList<>();
    for (String statement : STATEMENTS) {
      FORMS.values().forEach(form -> ways.add(form.formatted(quoted(form, statement))));
    }
    return ways;
  }

  private static String quoted(String form, String statement) {
    return form.contains("'%s'") ? statement.replace("'", "''") : statement;
  }

  private interface Way {
    void go(Connection client) throws SQLException;
  }

  /** The traces that the other client has found; it is asked while the first one goes on. */
  private static List<String> hunt(
      Opening opening, Connection other, String usual, Map<String, Way> ways) throws Exception {
    List<String> traces = new ArrayList<>();
    for (Map.Entry<String, Way> way : ways.entrySet()) {
      CompletableFuture<String> seen;
      try (Connection first = opening.client()) {
        way.getValue().go(first);
        String own = state(first);
        seen = CompletableFuture.supplyAsync(() -> state(other));
        for (int i = 0; i < 3; i++) {
          String now = state(first);
          if (!now.equals(own)) {
            traces.add("%s: its own %s became %s".formatted(way.getKey(), own, now));
          }
        }
      }
      String found = seen.get(30, TimeUnit.SECONDS);
      if (!found.equals(usual)) {
        traces.add("%s: %s instead of %s".formatted(way.getKey(), found, usual));
      }
    }
    return traces;
  }

  private static Map<String, Way> texts() {
    Map<String, Way> ways = new LinkedHashMap<>();
    ways().forEach(sql -> ways.put(sql, client -> go(client, sql)));
    return ways;
  }

  private static Map<String, Way> calls() {
    Map<String, Way> ways = new LinkedHashMap<>();
    for (String sql : STATEMENTS) {
      if (!sql.startsWith("create")) { // the stand-in drops no temporary table behind a call
        ways.put("prepared: " + sql, client -> prepare(client, sql));
      }
    }
    ways.put("setCatalog", client -> client.setCatalog("tempdb"));
    ways.put(
        "setTransactionIsolation",
        client -> client.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE));
    ways.put(
        "setAutoCommit",
        client -> {
          client.setAutoCommit(false);
          go(client, "select 1");
          state(client);
        });
    ways.put(
        "an open transaction",
        client -> {
          client.setAutoCommit(false);
          go(client, "insert app.dbo.three values (4)");
        });
    return ways;
  }

  private static void prepare(Connection client, String sql) throws SQLException {
    try (PreparedStatement prepared = client.prepareStatement(sql + " select ?")) {
      for (int i = 0; i < 3; i++) {
        prepared.setInt(1, i);
        prepared.execute();
      }
    } catch (SQLException e) {
      assertThat(e.getErrorCode()).as(sql).isNotIn(0, 102);
    }
  }

  @Test
  void noClientFindsATraceOfAnother() throws Exception {
    Map<String, Way> ways = texts();
    ways.putAll(calls());
    assertThat(ways).hasSizeGreaterThan(300);

    found(() -> node.jdbc(";encrypt=false"), ways);
  }

  /** Of an older version, whose requests have no headers. */
  @Test
  void noClientOfTds71FindsATraceOfAnother() throws Exception {
    found(node::jtds, calls());
  }

  private static void found(Opening opening, Map<String, Way> ways) throws Exception {
    try (Connection other = opening.client()) {
      all(other, "create table three (a int) insert three values (1), (2), (3)");
      String usual = state(other);
      assertThat(usual).contains("[1;2;3;]");

      assertThat(hunt(opening, other, usual, ways)).isEmpty();
    }
  }
}
