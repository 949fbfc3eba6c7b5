package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.Await;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Procedures over the only server connection: what one leaves in its session is there as long as
 * the session, and nobody else finds it; one that leaves nothing does not keep the connection.
 */
@Tag("ci")
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "what is left behind is listed by the stand-in alone")
class SqlServerProceduresIT {
  /** Bodies that leave something, of procedures without parameters. */
  private static final List<String> LEAVING =
      List.of(
          "set context_info 0x01",
          "if 1 = 1 set context_info 0x01",
          "begin try set context_info 0x01; end try begin catch print 'x'; end catch",
          "begin try select 1 / 0; end try begin catch set context_info 0x01; end catch",
          "declare @i int = 0; while @i < 1 begin set @i = @i + 1; set context_info 0x01; end",
          "declare @v varbinary(128) = 0x01; set context_info @v",
          "set /* a /* nested */ comment */ context_info 0x01",
          "set nocount on; select 1; set context_info 0x01; return 0",
          "set context_info 0x01; select 1 / 0",
          "set context_info 0x01; exec dbo.nowhere",
          "exec sp_set_session_context N'k', N'v'",
          "exec sp_set_session_context @key = N'k', @value = N'v'",
          "exec sys.sp_set_session_context N'k', N'v'",
          "exec [sp_set_session_context] N'k', N'v'",
          "execute master.sys.sp_set_session_context N'k', N'v'",
          "declare @r int; exec @r = sp_set_session_context N'k', N'v'",
          "exec ('set context_info 0x01')",
          "declare @s nvarchar(100) = 'set context_' + 'info 0x01'; exec (@s)",
          "exec sp_executesql N'set context_info 0x01'",
          "declare @s nvarchar(100) = 'set context_' + 'info 0x01'; exec sp_executesql @s",
          "exec sp_getapplock 'a', 'Exclusive', 'Session', 0",
          "exec sp_getapplock @Resource = 'a', @LockMode = 'Shared', @LockOwner = 'Session'",
          "create table ##g (a int)",
          "select 1 as a into ##g",
          "declare c cursor for select 1 as a",
          "declare c cursor global for select 1 as a",
          "if 1 = 0 select 1; else execute contextual",
          "exec calls_contextual; exec harmless",
          "declare @r int; exec @r = dbo.calls_calls; return @r",
          "declare c insensitive cursor for select 1 as a",
          "declare local cursor for select 1 as a",
          "declare [local] cursor for select 1 as a",
          "declare c cursor for select 1 as a; open c; fetch next from c; close c",
          "open symmetric key k decryption by certificate x",
          "open master key decryption by password = 'x'",
          "set identity_insert dbo.plain on",
          "execute as user = 'other'",
          "exec sp_setapprole 'role', 'password'",
          "dbcc traceon (1204)",
          "exec contextual",
          "exec dbo.contextual",
          "exec [dbo].[Contextual]",
          "exec app.dbo.contextual",
          "exec app..contextual",
          "declare @r int; exec @r = contextual",
          "exec calls_contextual",
          "exec calls_calls",
          "exec cyclic 1",
          "exec alias",
          "exec dbo.alias",
          "exec alias_of_system N'k', N'v'",
          "exec alias_elsewhere N'k', N'v'",
          "exec encrypted",
          "exec sp_contextual",
          "exec dbo.sp_contextual",
          "exec sp_of_master",
          "exec sp_twice",
          "exec sp_calls",
          "exec x.sp_help",
          "exec sp_who",
          "exec harmless; exec dbo.sp_who",
          "exec ('exec contextual')",
          "exec ('insert into plain values (4); set context_info 0x01')",
          "exec ('insert into fires values (1)')",
          "exec sp_executesql N'create table ##g (a int); insert ##g values (1)'",
          "insert into fires values (1)",
          "insert fires select 1",
          "update fires_updated set v = 2",
          "delete from fires_deleted",
          "delete fires_deleted where v = 1",
          "insert into fires_calls values (1)",
          "exec inserts",
          "create table #t (a int); insert #t values (1); set context_info 0x01");

  /** Bodies that leave nothing. */
  private static final List<String> HARMLESS =
      List.of(
          "select 1 as a",
          "set nocount on; select v from plain",
          "set xact_abort on; select 1 as a",
          "set nocount, xact_abort on; select 1 as a",
          "set transaction isolation level serializable; select v from plain",
          "set lock_timeout 1234; select 1 as a",
          "set datefirst 3; select @@datefirst as a",
          "set language german; set dateformat dmy; select 1 as a",
          "set rowcount 1; select v from plain; set rowcount 0",
          "set quoted_identifier off; select 1 as a",
          "create table #t (a int); insert #t values (1); select a from #t",
          "select v into #t from plain; drop table #t",
          "declare @t table (a int); insert @t values (1); select a from @t",
          "declare @a int = 1, @b nvarchar(10); set @a = @a + 1; set @a += 1; select @a as a",
          "declare c cursor local for select 1 as a; open c; fetch next from c; deallocate c",
          "declare c cursor local fast_forward for select 1 as a",
          "insert into plain values (1)",
          "insert plain select v from plain where 1 = 0",
          "update plain set v = 2 where v = 1",
          "delete from plain where v = 77",
          "insert into quiet values (1)",
          "begin tran; insert into plain values (2); commit",
          "begin transaction; insert into plain values (2); rollback transaction",
          "begin try begin tran; insert plain values (3); commit; end try"
              + " begin catch if @@trancount > 0 rollback; throw; end catch",
          "begin tran; save tran s; insert plain values (3); rollback tran s; commit",
          "if exists (select 1 from plain) select 1 as a else select 2 as a",
          "declare @i int = 0; while @i < 3 begin set @i = @i + 1; end select @i as a",
          "print 'set context_info 0x01'",
          "select 'exec sp_set_session_context' as [set context_info] -- set context_info 0x01",
          "/* exec (@s) */ select context_info() as a, session_context(N'k') as b",
          "raiserror ('x', 10, 1)",
          "begin try select 1 / 0; end try begin catch select error_number() as a; end catch",
          "select 1 / 0",
          "return 7",
          "exec harmless",
          "exec dbo.harmless; exec app.dbo.harmless",
          "declare @r int; exec @r = harmless; select @r as a",
          "exec alias_of_harmless",
          "exec sp_own",
          "exec dbo.sp_own",
          "exec alias_of_sp_own",
          "exec ping 3",
          "waitfor delay '00:00:00.001'");

  /** Objects that the bodies name. */
  private static final List<String> DEFINITIONS =
      List.of(
          "create table plain (v int)",
          "create table made (v int)",
          "create table quiet (v int)",
          "create table fires (v int)",
          "create table fires_updated (v int)",
          "create table fires_deleted (v int)",
          "create table fires_calls (v int)",
          "insert into plain values (1), (2)",
          "create procedure contextual as set context_info 0x01",
          "create procedure calls_contextual as exec contextual",
          "create procedure calls_calls as begin select 1 as a; exec dbo.calls_contextual; end",
          "create procedure cyclic @a int as if @a = 0 set context_info 0x01; else exec cycles 0",
          "create procedure cycles @a int as exec cyclic @a",
          "create procedure encrypted with encryption as set context_info 0x01",
          "create procedure sp_contextual as set context_info 0x01",
          "create procedure sp_own as select 1 as a",
          "create procedure sp_twice as set context_info 0x01",
          "create procedure sp_calls as exec sp_of_master",
          "create procedure x.sp_help as set context_info 0x01",
          "create procedure sp_who as set context_info 0x01",
          "create synonym alias_of_sp_own for dbo.sp_own",
          "create procedure inserts as insert into fires values (1)",
          "create procedure harmless as select 1 as a",
          "create procedure begins as begin tran insert into plain values (99)",
          "create procedure ping @a int as if @a > 0 begin set @a = @a - 1; exec pong @a; end",
          "create procedure pong @a int as exec ping @a",
          "create synonym alias for dbo.contextual",
          "create synonym alias_of_harmless for dbo.harmless",
          "create synonym alias_of_system for sys.sp_set_session_context",
          "create synonym alias_elsewhere for master.dbo.sp_set_session_context",
          "create trigger t1 on fires after insert as set context_info 0x01",
          "create trigger t2 on fires_updated after update as set context_info 0x01",
          "create trigger t3 on fires_deleted after delete as set context_info 0x01",
          "create trigger t4 on fires_calls after insert as exec contextual",
          "create trigger t5 on quiet after insert as set nocount on select 1 as a");

  /** Procedures of master; a call with this prefix may mean them. */
  private static final List<String> OF_MASTER =
      List.of(
          "create procedure sp_of_master as set context_info 0x01",
          "create procedure sp_twice as set context_info 0x01");

  /** Batches that leave nothing: their texts, and calls without EXEC. */
  private static final List<String> HARMLESS_BATCHES =
      List.of(
          "exec ('insert into plain values (1)')",
          "exec (N'update plain set v = 2 where v = 1; delete from plain where v = 77')",
          "exec ('set nocount on; set language german; delete from plain where v = 77')",
          "exec ('create table #t (a int); insert #t values (1); select a from #t')",
          "exec ('declare @a int = 5; insert into quiet values (@a)')",
          "exec ('if exists (select 1 from plain) delete from plain where v = 77')",
          "exec ('exec (''delete from plain where v = 77'')')",
          "exec ('exec harmless')",
          "exec ('harmless')",
          "exec (N'exec dbo.harmless; exec ping 3; delete from plain where v = 77')",
          "exec ('exec (''exec sp_own'')')",
          "exec sp_executesql N'exec harmless; exec ping @a', N'@a int', @a = 3",
          "print 'x'; exec sp_executesql N'exec harmless'",
          "exec sp_lock",
          "print 'x'; exec sp_lock",
          "exec harmless; exec sp_lock; select 1 as a",
          "exec ('exec sp_lock')",
          "exec sp_executesql N'insert into plain values (@a)', N'@a int', @a = 1",
          "sp_executesql N'delete from plain where v = 77'",
          "print 'x'; exec ('delete from plain where v = 77'); select 1 as a",
          "begin tran; exec ('insert into plain values (9)'); rollback",
          "harmless",
          "dbo.harmless",
          "[harmless]",
          "[dbo].[harmless] select 1 as a",
          "harmless select v from plain",
          "ping 3",
          "ping @a = 3; select 1 as a",
          "exec sp_own",
          "exec dbo.sp_own",
          "sp_own",
          "[sp_own] select 1 as a",
          "declare @a int exec sp_own");

  private static final String STATE =
      "select @@options, @@lock_timeout, @@language, @@datefirst, @@textsize, db_name(),"
          + " context_info(), session_context(N'k'), @@trancount, user_name(),"
          + " applock_mode('public', 'a', 'Session'), left_behind(), object_id('tempdb..##g'),"
          + " object_id('tempdb..#t')";

  private static final int MOST_TRIES = 5;

  private TdsTarget server;
  private SqlServerNode node;

  @BeforeEach
  void define() throws SQLException {
    // What a reset leaves on some servers would be found.
    server = TdsTarget.of(TdsServer.start(TdsOptions.standard().resetsKeep(false, true)));
    try (Connection direct = direct()) {
      for (String definition : DEFINITIONS) {
        all(direct, definition);
      }
      all(direct, "use master");
      for (String definition : OF_MASTER) {
        all(direct, definition);
      }
      all(direct, "use app");
      for (int i = 0; i < LEAVING.size(); i++) {
        all(direct, "create procedure dbo.leaves_" + i + " as " + LEAVING.get(i));
      }
      for (int i = 0; i < HARMLESS.size(); i++) {
        all(direct, "create procedure dbo.harmless_" + i + " as " + HARMLESS.get(i));
      }
    }
    node = SqlServerNode.reading(server, "");
    Await.until("the definitions are read", () -> !pins("exec harmless"));
  }

  @AfterEach
  void end() {
    node.close();
    server.close();
  }

  private Connection direct() throws SQLException {
    return server.jdbc(";databaseName=app;encrypt=false");
  }

  private Connection client() throws SQLException {
    return node.jdbc(";encrypt=false;connectRetryCount=0");
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
    try {
      all(client, sql);
    } catch (SQLException e) {
      assertThat(e.getErrorCode()).as(sql).isNotIn(0, 102);
    }
  }

  /** Reasons for which clients of the database keep the connection. */
  private String pinned() throws SQLException {
    StringBuilder reasons = new StringBuilder();
    try (Connection console = node.console();
        Statement statement = console.createStatement();
        ResultSet rows = statement.executeQuery("SHOW CLIENTS")) {
      while (rows.next()) {
        if (rows.getString("database").equals("app") && rows.getString("pin_reason") != null) {
          reasons.append(rows.getString("pin_reason"));
        }
      }
    }
    return reasons.toString();
  }

  private boolean pins(String sql) throws SQLException {
    try (Connection client = client()) {
      go(client, sql);
      return !pinned().isEmpty();
    }
  }

  @Test
  void anEndedCursorOfProceduresKeepsNoConnection() throws SQLException {
    try (Connection client = client()) {
      try (Statement scrolling =
              client.createStatement(
                  ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
          ResultSet rows = scrolling.executeQuery("select v from plain")) {
        assertThat(rows.last()).isTrue();
        assertThat(rows.first()).isTrue();
      }
      assertThat(pinned()).isEmpty();
    }
  }

  private interface Way {
    void go(Connection client, String procedure) throws SQLException;
  }

  private static void call(Connection client, String procedure) {
    try (CallableStatement call = client.prepareCall("{call " + procedure + "}")) {
      call.execute();
      while (call.getMoreResults() || call.getUpdateCount() >= 0) {
        continue;
      }
    } catch (SQLException e) {
      assertThat(e.getErrorCode()).as(procedure).isNotIn(0, 102);
    }
  }

  /** Faults of one way of a client, beside which another one looks at the connection. */
  private List<String> traces(String name, Connection other, String usual, Way way, String called)
      throws Exception {
    List<String> found = new ArrayList<>();
    CompletableFuture<String> seen;
    try (Connection first = client()) {
      way.go(first, called);
      String own = state(first);
      if (own.equals(usual)) {
        found.add(name + " leaves nothing");
      }
      seen = CompletableFuture.supplyAsync(() -> state(other));
      for (int i = 0; i < 2; i++) {
        String now = state(first);
        if (!now.equals(own)) {
          found.add("%s: its own %s became %s".formatted(name, own, now));
        }
      }
    }
    String other2 = seen.get(30, TimeUnit.SECONDS);
    if (!other2.equals(usual)) {
      found.add("%s: %s instead of %s".formatted(name, other2, usual));
    }
    return found;
  }

  @Test
  void whatAProcedureLeavesIsItsClientsAlone() throws Exception {
    assertThat(LEAVING).hasSizeGreaterThanOrEqualTo(60);
    List<String> found = new ArrayList<>();
    try (Connection other = client()) {
      String usual = state(other);
      for (int i = 0; i < LEAVING.size(); i++) {
        String called = "dbo.leaves_" + i;
        Way way = i % 2 == 0 ? SqlServerProceduresIT::call : (c, p) -> go(c, "exec " + p);
        found.addAll(traces(LEAVING.get(i), other, usual, way, called));
      }
    }
    assertThat(found).isEmpty();
  }

  /** A call may stand in many places, and come in many forms. */
  @Test
  void aCallIsFoundWhereverItStands() throws Exception {
    List<String> forms =
        List.of(
            "%s",
            "%s select 1",
            "dbo.%s",
            "[dbo].[%s] select 1",
            "set nocount on; select 1; exec sp_contextual",
            "sp_contextual",
            "exec sp_of_master",
            "exec dbo.sp_of_master",
            "sp_of_master",
            "exec sp_twice",
            "exec x.sp_help",
            "x.sp_help",
            "exec sp_who",
            "sp_who",
            "exec dbo.sp_who",
            "set nocount on; exec sp_who",
            "exec harmless; exec sp_who",
            "exec ('exec sp_who')",
            "exec sp_executesql N'exec sp_who'",
            "sp_executesql N'exec harmless; exec %s'",
            "exec ('harmless exec %s')",
            "exec ('exec (''%s'')')",
            "exec ('exec begins')",
            "sp_executesql N'exec %s'",
            "exec ('%s')",
            "exec ('insert into plain values (4) exec %s')",
            "exec ('insert into plain values (4) set context_info 0x01')",
            "exec ('insert into fires values (1)')",
            "exec sp_executesql N'insert into fires values (@a)', N'@a int', @a = 1",
            "exec ('begin tran; insert into plain values (4)')",
            "exec %s",
            "execute %s with recompile",
            "exec app.dbo.contextual",
            "exec [app]..[contextual]",
            "exec [DBO].[Contextual]",
            "exec alias",
            "exec alias_of_system N'k', N'v'",
            "declare @r int exec @r = %s select @r",
            "declare @r int; exec @r = %s; select @r",
            "set nocount on exec %s",
            "set nocount on; exec %s; select 1",
            "exec harmless; exec %s",
            "exec harmless exec %s",
            "if 1 = 1 exec %s",
            "if 1 = 1 begin exec %s end else exec harmless",
            "begin try exec %s end try begin catch print 'x' end catch",
            "begin tran exec %s commit",
            "begin tran exec %s rollback",
            "exec %s select 1 / 0",
            "exec ('exec %s')",
            "exec sp_executesql N'exec %s'",
            "insert into fires values (1)",
            "select 1; insert fires select 1; select 2");
    List<String> found = new ArrayList<>();
    try (Connection other = client()) {
      String usual = state(other);
      for (String form : forms) {
        String sql = form.formatted("contextual");
        found.addAll(traces(sql, other, usual, SqlServerProceduresIT::go, sql));
        String prepared = sql + " ";
        found.addAll(traces(prepared, other, usual, SqlServerProceduresIT::prepare, prepared));
      }
    }
    assertThat(found).isEmpty();
  }

  private static void prepare(Connection client, String sql) throws SQLException {
    try (var prepared = client.prepareStatement(sql.replace("%s", "contextual"))) {
      for (int i = 0; i < 3; i++) {
        prepared.execute();
        while (prepared.getMoreResults() || prepared.getUpdateCount() >= 0) {
          continue;
        }
      }
    } catch (SQLException e) {
      assertThat(e.getErrorCode()).as(sql).isNotIn(0);
    }
  }

  @Test
  void whatLeavesNothingKeepsNoConnection() throws Exception {
    assertThat(HARMLESS).hasSizeGreaterThanOrEqualTo(30);
    List<String> found = new ArrayList<>();
    for (int i = 0; i < HARMLESS.size(); i++) {
      try (Connection ann = client();
          Connection bob = client()) {
        String usual = state(bob);
        call(ann, "dbo.harmless_" + i);
        go(ann, "exec harmless_" + i);
        go(ann, "declare @r int; exec @r = dbo.harmless_" + i + "; select @r");
        String pinned = pinned();
        if (!pinned.isEmpty()) {
          found.add(HARMLESS.get(i) + ": " + pinned);
        } else if (!state(bob).equals(usual) || !state(ann).equals(usual)) {
          found.add(HARMLESS.get(i) + " has left something");
        }
      }
    }
    assertThat(found).isEmpty();
  }

  /** Traces of a batch; empty for none. */
  private String left(String sql) throws SQLException {
    Await.until("no definition is in doubt", () -> !pins("exec harmless"));
    try (Connection ann = client();
        Connection bob = client()) {
      String usual = state(bob);
      go(ann, sql);
      String pinned = pinned();
      if (!pinned.isEmpty()) {
        return sql + ": " + pinned;
      }
      boolean same = state(bob).equals(usual) && state(ann).equals(usual);
      return same ? "" : sql + " has left something";
    }
  }

  @Test
  void aBatchOfTextsThatLeaveNothingKeepsNoConnection() throws Exception {
    List<String> found = new ArrayList<>();
    for (String sql : HARMLESS_BATCHES) {
      String left = left(sql);
      for (int i = 0; i < MOST_TRIES && left.contains("just now"); i++) {
        left = left(sql); // definitions were read meanwhile, for longer than calls wait
      }
      found.add(left);
    }
    found.removeIf(String::isEmpty);
    assertThat(found).isEmpty();
  }

  /** Another one that differs in the literal alone, which is known to leave nothing, went ahead. */
  @Test
  void aTextIsJudgedByItsOwnLiteral() throws Exception {
    List<String> forms =
        List.of(
            "exec ('insert into %s values (1)')",
            "execute (N'insert into %s values (1)')",
            "exec sp_executesql N'insert into %s values (1)'",
            "exec [sys].[SP_ExecuteSQL] @stmt = N'insert into %s values (1)'",
            "print 'x'; exec ('insert into %s values (1)')");
    List<String> found = new ArrayList<>();
    try (Connection other = client()) {
      String usual = state(other);
      for (String form : forms) {
        assertThat(pins(form.formatted("quiet"))).as(form).isFalse();
        String leaves = form.formatted("fires");
        found.addAll(traces(leaves, other, usual, SqlServerProceduresIT::go, leaves));
      }
    }
    assertThat(found).isEmpty();
  }

  /** The rest of such a batch was carried out. */
  @Test
  void anErrorOfSyntaxInATextLosesNoSetting() throws Exception {
    try (Connection ann = client()) {
      assertThatThrownBy(() -> all(ann, "set language german; exec ('select 1 from')"))
          .isInstanceOf(SQLException.class);

      assertThat(pinned()).isEqualTo("SET in a failed batch");
      assertThat(all(ann, "select @@language")).isEqualTo("[german;]");
    }
  }

  /** Whoever defines it: the session itself, another one of the node, or somebody past it. */
  @Test
  void whatIsDefinedAnewIsJudgedAnew() throws Exception {
    String leaves = "alter procedure changing as set context_info 0x01";
    String harmless = "alter procedure changing as select 1 as a";
    List<String> found = new ArrayList<>();
    try (Connection other = client();
        Connection direct = direct()) {
      String usual = state(other);
      all(other, "create procedure changing as select 1 as a");
      Await.until("it is known to leave nothing", () -> !pins("exec changing"));
      for (int i = 0; i < 5; i++) {
        all(other, leaves);
        found.addAll(traces("altered", other, usual, SqlServerProceduresIT::call, "changing"));
        all(other, harmless);
        Await.until("it leaves nothing again", () -> !pins("exec changing"));
        Way itself =
            (client, called) -> {
              go(client, leaves);
              go(client, called);
            };
        found.addAll(traces("by itself", other, usual, itself, "exec changing"));
        all(other, harmless);
        Way inside =
            (client, called) ->
                go(client, "begin tran; exec('" + leaves + "'); exec changing; commit");
        found.addAll(traces("inside", other, usual, inside, "exec changing"));
        all(other, harmless);
      }
      Way byText =
          (client, called) -> {
            go(client, "sp_executesql N'" + leaves + "'");
            go(client, called);
          };
      found.addAll(traces("by a text", other, usual, byText, "exec changing"));
      all(direct, "create procedure fresh as set context_info 0x01");
      found.addAll(traces("created", other, usual, SqlServerProceduresIT::call, "fresh"));
    }
    assertThat(found).isEmpty();
  }

  /** Past the nodes, between two looks: the connection is reset before another client has it. */
  @Test
  void whatNoNodeHasSeenIsNotFoundByAnotherClient() throws Exception {
    try (TdsTarget plain = TdsTarget.of(TdsServer.start());
        Connection direct = plain.jdbc(";databaseName=app;encrypt=false")) {
      all(direct, "create procedure harmless as select 1 as a");
      node.close();
      node = SqlServerNode.reading(plain, "");
      Await.until("the definitions are read", () -> !pins("exec harmless"));
      try (Connection other = client();
          Connection ann = client()) {
        String usual = state(other);
        for (String body :
            List.of("set context_info 0x01", "dbcc traceon (1)", "create table ##g (a int)")) {
          all(direct, "alter procedure harmless as " + body);
          go(ann, "exec harmless");

          assertThat(state(other)).as(body).isEqualTo(usual);
        }
      }
    }
  }

  /** Nor where no catalogue is read. */
  @Test
  void aUsersProcedureIsNotTakenForTheServersOfItsName() throws Exception {
    List<String> found = new ArrayList<>();
    try (TdsTarget plain =
            TdsTarget.of(TdsServer.start(TdsOptions.standard().resetsKeep(false, true)));
        Connection direct = plain.jdbc(";databaseName=app;encrypt=false")) {
      all(direct, "create procedure x.sp_help as set context_info 0x01");
      node.close();
      node = SqlServerNode.start(plain, "", "");
      try (Connection other = client()) {
        String usual = state(other);
        for (String call : List.of("exec x.sp_help", "[x].[sp_help]", "exec app.x.sp_help")) {
          found.addAll(traces(call, other, usual, SqlServerProceduresIT::go, call));
        }
        found.addAll(traces("RPC", other, usual, SqlServerProceduresIT::call, "x.sp_help"));
      }
    }
    assertThat(found).isEmpty();
  }

  /** Its requests have no headers, and no server tells it of transactions. */
  @Test
  void aTransactionOfAProcedureStaysItsClientsOfTds71() throws Exception {
    try (Connection ann = node.jtds();
        Connection bob = node.jtds()) {
      all(ann, "exec harmless");
      assertThat(pinned()).isEmpty();
      go(ann, "exec begins");
      assertThat(pinned()).isNotEmpty();
      CompletableFuture<String> seen = CompletableFuture.supplyAsync(() -> state(bob));
      all(ann, "rollback");
      assertThat(seen.get(30, TimeUnit.SECONDS)).contains(",0,dbo,");
      assertThat(all(ann, "select count(*) from plain where v = 99")).isEqualTo("[0;]");
    }
  }
}
