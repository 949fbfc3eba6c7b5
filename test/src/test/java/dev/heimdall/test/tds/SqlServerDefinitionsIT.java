package dev.heimdall.test.tds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * A rule rejects what touches a table through other things: views, synonyms, code that is called or
 * fired, foreign keys, and what nobody can read.
 */
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "it names linked servers, and adds rows to system views")
class SqlServerDefinitionsIT {
  private static final int REJECTED = 229;

  /** Rules leave out what begins with a comment. */
  private static final String MADE =
      "/**/ %s function dbo.made() returns int as begin return (select max(v) from %s) end";

  static final List<String> DEFINITIONS =
      List.of(
          "create view w as select v from secret",
          "create view w2 as select * from dbo.[W]",
          "create view [order by] as select o.v from other o where exists (select 1 from secret)",
          "create view hidden with encryption as select v from other",
          "create view plain as select v from other",
          "create synonym s for secret",
          "create synonym s2 for app.dbo.secret",
          "create synonym remote for srv.app.dbo.other",
          "create synonym elsewhere for master.dbo.other",
          "create synonym so for dbo.other",
          "create synonym sp for dbo.reads",
          "create function dbo.f() returns table as return (select v from secret)",
          "create function dbo.g(@a int) returns int as begin return (select max(v) from secret) end",
          "create function dbo.h(@a int) returns int as begin return @a + 1 end",
          "create function dbo.i() returns int as begin return dbo.g(1) end",
          "create procedure dbo.reads as select v from secret",
          "create procedure dbo.calls as exec dbo.reads",
          "create procedure dbo.calls2 @a int as execute calls",
          "create procedure writes @a int = 1 as insert into SECRET values (@a)",
          "create procedure merges as merge secret using other on 1 = 0"
              + " when not matched then insert values (1);",
          "create procedure aliases as update x set v = 1 from dbo.secret as x where x.v = 1",
          "create procedure truncates as truncate table secret",
          "create procedure dynamic @s nvarchar(100) as exec(@s)",
          "create procedure dynamic2 @s nvarchar(100) as exec sp_executesql @s",
          "create procedure named @p sysname as exec @p",
          "create procedure foreigner as select v from srv.app.dbo.other",
          "create procedure stranger as select v from master.dbo.other",
          "create procedure encrypted with encryption as select v from other",
          "create procedure harmless @a int as select v from other where v = @a",
          "create procedure temporary as select v into #x from other drop table #x",
          "create procedure unknown as exec dbo.nowhere",
          "create trigger t1 on fires after insert as insert into secret select v from inserted",
          "create trigger t2 on fires2 instead of delete as exec dbo.reads",
          "create trigger t3 on plain instead of update as delete from secret",
          "create trigger t4 on fires3 for update as if update(v) select v from secret",
          "create security policy p add filter predicate dbo.g(v) on dbo.filtered");

  static final List<String> WAYS =
      List.of(
          "select v from w",
          "select v from [w]",
          "select v from W2",
          "select v from app.dbo.w2",
          "select v from app..w",
          "select v from [Order By]",
          "select v from hidden",
          "select (select max(v) from w)",
          "select v from other join w on 1 = 1",
          "insert into other select v from w",
          "insert into w values (1)",
          "select v from s",
          "select v from S2",
          "update s set v = 1",
          "delete from dbo.s",
          "select v from remote",
          "select v from elsewhere",
          "exec sp",
          "select v from dbo.f()",
          "select v from [dbo].[F]()",
          "select dbo.g(1)",
          "select v from other where dbo.g(v) = 1",
          "select dbo.i()",
          "exec reads",
          "exec dbo.reads",
          "execute app.dbo.reads",
          "reads",
          "declare @r int exec @r = reads",
          "exec calls",
          "exec dbo.calls2 1",
          "exec dbo.calls2 @a = 1",
          "exec writes",
          "exec merges",
          "exec aliases",
          "exec truncates",
          "exec dynamic N'select 1'",
          "exec dynamic2 N'select 1'",
          "exec named 'reads'",
          "exec foreigner",
          "exec stranger",
          "exec encrypted",
          "exec unknown",
          "exec dbo.nowhere",
          "insert into fires values (1)",
          "insert fires select v from other",
          "delete from fires2",
          "delete fires2 where v = 1",
          "update plain set v = 2",
          "update fires3 set v = 2",
          "delete from parents where v = 1",
          "update parents set v = 1",
          "select v from filtered",
          "select v from computed",
          "insert into checked values (1)",
          "insert into defaulted (v) values (1)",
          "select v from master.dbo.anything");

  static final List<String> HARMLESS =
      List.of(
          "select v from other",
          "select v from plain",
          "select v from so",
          "select v from [SO]",
          "insert into so values (3)",
          "select dbo.h(v) from other",
          "exec harmless 1",
          "exec dbo.harmless @a = 1",
          "execute temporary",
          "insert into fires2 values (1)",
          "delete from fires where v = 77",
          "insert into fires3 values (1)",
          "select v from parents",
          "insert into parents values (5)",
          "select v from checked",
          "select v from defaulted",
          "select name from sys.objects",
          "select v from #t where v = 1");

  private static TdsServer server;
  private static SqlServerNode node;
  private static Connection client;

  @BeforeAll
  static void start() throws SQLException {
    server = TdsServer.start();
    try (Connection direct = TdsTarget.of(server).jdbc(";databaseName=app;encrypt=false")) {
      for (String table :
          List.of(
              "other",
              "fires",
              "fires2",
              "fires3",
              "filtered",
              "computed",
              "checked",
              "defaulted")) {
        TdsSessionTest.all(direct, "create table " + table + " (v int)");
      }
      TdsSessionTest.all(direct, "create table parents (v int primary key)");
      TdsSessionTest.all(
          direct,
          "create table secret (v int, foreign key (v) references parents (v) on delete cascade"
              + " on update cascade)");
      for (String definition : DEFINITIONS) {
        TdsSessionTest.all(direct, definition);
      }
    }
    Modules modules = server.database().modules();
    String id = "SELECT " + SystemViews.number("'%s'");
    modules.row("app", "computed_columns", id.formatted("computed") + ", '(dbo.g(v))', FALSE");
    modules.row(
        "app", "check_constraints", id.formatted("checked") + ", '([dbo].[g]([v])>(0))', FALSE");
    modules.row("app", "default_constraints", id.formatted("defaulted") + ", '(dbo.g(1))'");
    node = node();
    client = node.jdbc(";encrypt=false");
  }

  private static SqlServerNode node() {
    return SqlServerNode.reading(
        server.port(),
        TdsOptions.USER,
        TdsOptions.PASSWORD,
        "{\"match\": [\"tables:app.secret\", \"^[^/]\"], \"action\": \"drop\"}");
  }

  @AfterAll
  static void end() throws SQLException {
    client.close();
    node.close();
    server.close();
  }

  /** Error of a statement; 0 where it was carried out. */
  private static int error(Connection on, String sql) {
    try {
      TdsSessionTest.all(on, sql);
      return 0;
    } catch (SQLException e) {
      return e.getErrorCode();
    }
  }

  @ParameterizedTest
  @FieldSource("WAYS")
  void whateverReachesTheTableIsRejected(String way) {
    assertThat(error(client, way)).isEqualTo(REJECTED);
  }

  @ParameterizedTest
  @FieldSource("HARMLESS")
  void whatDoesNotReachItIsCarriedOut(String statement) {
    assertThat(error(client, statement)).isNotEqualTo(REJECTED);
  }

  @Test
  void proceduresByCallAreJudgedAlike() throws SQLException {
    try (CallableStatement call = client.prepareCall("{call dbo.calls2(?)}")) {
      call.setInt(1, 1);
      assertThat(error(call)).isEqualTo(REJECTED);
    }
    try (CallableStatement call = client.prepareCall("{call harmless(?)}")) {
      call.setInt(1, 1);
      assertThat(error(call)).isZero();
    }
  }

  private static int error(CallableStatement call) {
    try {
      call.execute();
      return 0;
    } catch (SQLException e) {
      return e.getErrorCode();
    }
  }

  @Test
  void whatIsDefinedThroughTheNodeCountsAtOnce() throws SQLException {
    try (Connection definer = node.jdbc(";encrypt=false")) {
      for (int i = 0; i < 5; i++) {
        TdsSessionTest.all(definer, "/**/ create synonym late for other");
        assertThat(error(client, "select v from late")).isZero();
        TdsSessionTest.all(definer, "/**/ drop synonym late");
        TdsSessionTest.all(definer, "/**/ create synonym late for secret");
        assertThat(error(client, "select v from late")).isEqualTo(REJECTED);
        TdsSessionTest.all(definer, "/**/ drop synonym late");
        TdsSessionTest.all(definer, MADE.formatted("create", "other"));
        assertThat(error(client, "select dbo.made()")).isNotEqualTo(REJECTED);
        TdsSessionTest.all(definer, MADE.formatted("alter", "secret"));
        assertThat(error(client, "select dbo.made()")).isEqualTo(REJECTED);
        TdsSessionTest.all(definer, "/**/ drop function made");
      }
    }
  }

  @Test
  void aReaderWhoMayNotSeeDefinitionsRelaxesNothing() throws SQLException {
    server.database().modules().hideDefinitions(true);
    try (SqlServerNode another = node();
        Connection on = another.jdbc(";encrypt=false")) {
      assertThat(error(on, "select v from plain")).isEqualTo(REJECTED);
      assertThat(error(on, "exec harmless 1")).isEqualTo(REJECTED);
      assertThat(error(on, "insert into other values (1)")).isEqualTo(REJECTED);
      assertThat(error(on, "select v from not_seen")).isEqualTo(REJECTED);
      assertThat(error(on, "select v from other")).isZero();
    } finally {
      server.database().modules().hideDefinitions(false);
    }
  }

  /** HAS_PERMS_BY_NAME denies it VIEW DEFINITION there, as it does to all. */
  @Test
  void dboOfBabelfishSeesAllButWhatPostgresqlHasForItself() throws SQLException {
    Modules modules = server.database().modules();
    String other = SystemViews.number("'other'");
    modules.asBabelfish(true);
    try {
      assertThat(insertAtAnotherNode()).isZero();
      modules.row("app", "pg_trigger", "SELECT 77, " + other + ", 0");
      assertThat(insertAtAnotherNode()).as("a trigger of its own").isEqualTo(REJECTED);
      modules.noRows("pg_trigger");
      modules.row("app", "pg_rewrite", "SELECT " + other + ", '3'");
      assertThat(insertAtAnotherNode()).as("a rule of its own").isEqualTo(REJECTED);
      modules.noRows("pg_rewrite");
      modules.hideDefinitions(true);
      assertThat(insertAtAnotherNode()).as("another user than dbo").isEqualTo(REJECTED);
    } finally {
      modules.hideDefinitions(false);
      modules.noRows("pg_trigger");
      modules.noRows("pg_rewrite");
      modules.asBabelfish(false);
    }
  }

  private static int insertAtAnotherNode() throws SQLException {
    try (SqlServerNode another = node();
        Connection on = another.jdbc(";encrypt=false")) {
      return error(on, "insert into other values (1)");
    }
  }
}
