package dev.heimdall.test.tds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.AlsoOnBabelfish;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A rule rejects what touches a table: however its name is spelled, wherever in a batch it stands,
 * and where a text that is run is made of others.
 */
@AlsoOnBabelfish
class SqlServerEvasionIT {
  private static final int REJECTED = 229;

  static final List<String> WAYS =
      List.of(
          "select v from \uff53\uff45\uff43\uff52\uff45\uff54",
          "select v from [sec\u00adret]",
          "select v from [sec\u200bret]",
          "select v from s\u00e9cret",
          "select v from secret",
          "select v from dbo.secret",
          "select v from [secret]",
          "select v from \"secret\"",
          "select v from SECRET",
          "select v from /**/secret",
          "select 1 select v from secret",
          "select 1; select v from secret",
          "set nocount on select v from secret",
          "if 1=1 select v from secret",
          "begin select v from secret end",
          "declare @a int select v from secret",
          "declare @a int = 1; select v from secret where 1 = @a",
          "with x as (select v from secret) select v from x",
          "select v from (select v from secret) x",
          "select 1 as a union all select v from secret",
          "select (select max(v) from secret)",
          "exec('select v from secret')",
          "exec sp_executesql N'select v from secret'",
          "execute('select v from secret')",
          "begin try select v from secret end try begin catch end catch",
          "select v from secret with (nolock)",
          "select v from app..secret",
          "select v from app.dbo.secret",
          "select top 1 v from secret",
          "select v from secret s",
          "select s.v from (select 1 a) b cross join secret s",
          "select s.v from (select 1 a) b, secret s",
          "print 'x' select v from secret",
          "while 1=1 begin select v from secret break end",
          "exec sp_prepexec 1, null, N'select v from secret'",
          "begin tran select v from secret commit",
          "select 1 -- x\n select v from secret",
          "select '--' select v from secret",
          "set quoted_identifier off select \"'\" select v from secret",
          "select 1 where exists (select 1) select v from secret",
          "insert into other select v from secret",
          "select v into #x from secret select v from #x",
          "declare @v int select @v = v from secret select @v",
          "merge into other using secret on 1=0 when not matched then insert values (secret.v);",
          "update other set v = secret.v from secret",
          "select v from secret for xml raw",
          "delete other output deleted.v from other join secret on 1=1",
          "select v from Secret",
          "select v from [Secret]",
          "select v from \"SECRET\"",
          "select v from DBO.Secret",
          "select v from [App].[DBO].[secreT]",
          "select v from [secret ]",
          "select v from APP..SECRET",
          "use master select v from app.dbo.secret",
          "insert into Secret values (1)",
          "update SECRET set v = 1",
          "delete Secret",
          "delete from dbo.SECRET",
          "truncate table Secret",
          "exec ('select v from sec' + 'ret')",
          "declare @s nvarchar(50) = N'select v from sec' + N'ret' exec(@s)",
          "select v from srv.app.dbo.secret",
          "select v from openquery(srv, 'select v from secret')",
          "select v from openrowset('x', 'y', 'select v from secret')",
          "select v from dbo.fn_secret()",
          "select $identity from secret",
          "select v from secret for system_time all",
          "select v from secret tablesample (1 percent)",
          "readtext secret.v @p 0 1",
          "bulk insert secret from 'x'",
          "dbcc checktable('secret')",
          "exec sp_spaceused 'secret'",
          "sp_spaceused 'secret'",
          "sp_help secret",
          "exec sp_columns 'secret'",
          "exec sys.sp_help secret",
          "exec sp_describe_first_result_set N'select v from secret'",
          "declare @r int exec @r = dbo.sp_fkeys N'secret'",
          "exec ('sp_help secret')",
          "insert other exec sp_spaceused N'secret'",
          "exec sp_rename 'secret', 'public'",
          "alter table secret switch to other",
          "create synonym s for secret",
          "create view w as select v from secret",
          "select v into other2 from secret",
          "alter schema x transfer dbo.secret",
          "insert other exec('select v from secret')",
          "update statistics secret",
          "declare c cursor for select v from secret",
          "declare @x int set @x = (select v from secret)",
          "waitfor (receive * from secret)",
          "select v from dbo . secret",
          "select v from dbo./**/secret",
          "select v from app.dbo.[secret]",
          "select v from N'secret'",
          "select (select v from secret for json auto)",
          "select v from other union select v from secret",
          "select v from other except select v from secret",
          "select v from other where v = any (select v from secret)",
          "select v from other o cross apply (select v from secret) s",
          "select v from changetable(changes secret, 1) c",
          "select v from containstable(secret, v, 'x') c",
          "delete s from secret s",
          "update s set v = 1 from secret s",
          "delete top (1) from secret",
          "update top (1) secret set v = 1",
          "with c as (select v from secret) delete c",
          "with c as (select v from secret) update c set v = 1",
          "merge secret using other on 1 = 1 when matched then delete;",
          "drop table secret",
          "drop table if exists secret",
          "select 1 from secret\u00a0s",
          "select v from secret;select 1",
          "/* */ select v from secret",
          "-- x\nselect v from secret",
          "(select v from secret)",
          "values (1) select v from secret",
          "\u3000select v from secret");

  /** Texts in which servers find other words: those of SQL Server, of Babelfish, or of both. */
  private static final List<String> READ_OTHERWISE =
      List.of(
          "select v from secret@x",
          "select v from secret@",
          "select v from dbo.secret@x",
          "select v from app..secret@x where 1 = 1",
          "select v from Secret@1",
          "select v into #q from secret@x",
          "with q as (select v from secret@x) select v from q",
          "exec('select v from secret@x')",
          "begin select v from secret@x end",
          "update secret@x set v = 1",
          "delete secret@x",
          "insert into secret@x values (1)",
          "select \u00a31from secret",
          "select v, \u20ac1.5from secret",
          "select \u00a31.from secret",
          "select $from secret",
          "select 1 a\u00a31from secret",
          "select v from .secret",
          "select v from ..secret",
          "select v from ...secret",
          "select v from other o, ..secret",
          "update ..secret set v = 1",
          "select v from\bsecret",
          "select v from\u0001secret",
          "select v from\u000bsecret",
          "select v from\fsecret",
          "select v from\u001fsecret",
          "select v from\u00a0secret",
          "select 1 -- x\rselect v from secret",
          "select v, 1efrom secret",
          "select v, 0xfrom secret",
          "print 1exec('select v from secret')");

  private TdsTarget server;
  private SqlServerNode node;
  private Connection client;

  @BeforeEach
  void start() throws SQLException {
    server = TdsTarget.start("app");
    try (Connection direct = server.jdbc(";databaseName=app;encrypt=false")) {
      TdsSessionTest.all(direct, "create table secret (v int) insert secret values (4711)");
      TdsSessionTest.all(direct, "create table other (v int) insert other values (1)");
    }
    node =
        SqlServerNode.reading(
            server,
            "{\"match\": \"tables:${catalog}.DBO.secret,${catalog}.Secret,Master.dbo.secret\","
                + " \"action\": \"drop\"}");
    client = node.jdbc(";encrypt=false");
  }

  @AfterEach
  void end() throws SQLException {
    client.close();
    node.close();
    server.close();
  }

  /** Error of a statement; 0 where it was carried out. */
  private int error(String sql) {
    try {
      TdsSessionTest.all(client, sql);
      return 0;
    } catch (SQLException e) {
      return e.getErrorCode();
    }
  }

  @ParameterizedTest
  @FieldSource("WAYS")
  void whateverTouchesTheTableIsRejected(String way) {
    assertThat(error(way)).isEqualTo(REJECTED);
    assertThat(error("select v from other")).isZero();
  }

  @Test
  void aTextCountsAsAllThatServersReadInIt() {
    for (String text : READ_OTHERWISE) {
      assertThat(error(text)).as(text).isEqualTo(REJECTED);
    }
    assertThat(error("select v as [a@b], 1.5 as b from other")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select v from secret where 1 = ?",
        "select v from [SECRET] where 1 = ?",
        "update Dbo.Secret set v = ?",
        "insert into other select v from Secret where 1 = ?"
      })
  void preparedStatementsAreRejectedAlike(String sql) throws SQLException {
    try (PreparedStatement prepared = client.prepareStatement(sql)) {
      for (int i = 0; i < 3; i++) {
        prepared.setInt(1, 1);
        int error = 0;
        try {
          prepared.execute();
        } catch (SQLException e) {
          error = e.getErrorCode();
        }
        assertThat(error).isEqualTo(REJECTED);
      }
    }
  }

  /** Names without a database are of the one in use, which a log-in or USE names in any case. */
  @Test
  void aDatabaseInUseIsThatOfItsNames() throws SQLException {
    assertThat(error("select v from master.dbo.SECRET")).isEqualTo(REJECTED);
    assertThat(error("use MASTER")).isZero();
    assertThat(error("select v from dbo.secret")).isEqualTo(REJECTED);
    assertThat(error("select v from other")).isNotEqualTo(REJECTED);
    client.setCatalog("app");
    assertThat(error("select v from other")).isZero();
    client.setCatalog("Master");
    assertThat(error("select v from dbo.Secret")).isEqualTo(REJECTED);
    assertThat(error("use app select v from secret")).isEqualTo(REJECTED);
  }
}
