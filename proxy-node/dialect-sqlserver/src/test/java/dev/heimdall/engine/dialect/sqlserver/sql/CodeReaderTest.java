package dev.heimdall.engine.dialect.sqlserver.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Code of SQL Server's modules, and statements whose answers rest on more than tables. */
class CodeReaderTest {
  private static final CodeNames NAMES =
      new CodeNames() {
        @Override
        public boolean isOwn(String database) {
          return database.equals("app");
        }

        @Override
        public boolean isOther(String database) {
          return database.equals("other");
        }

        @Override
        public boolean callable(String schema, String name) {
          return name.equals("known");
        }
      };

  /** As if the database had procedures of all these names. */
  private static final CodeNames SYSTEM_NAMES = CodeNames.UNKNOWN;

  private static RoutineBody procedure(String body) {
    return CodeReader.module("CREATE PROCEDURE dbo.p @a AS int = 1 AS " + body, NAMES);
  }

  private static TableName table(String name) {
    return new TableName(null, null, name);
  }

  @Test
  void changedTablesAreThoseOfStatementsAndNotOfTheHead() {
    RoutineBody trigger =
        CodeReader.module(
            "CREATE TRIGGER t ON x FOR INSERT, UPDATE AS IF UPDATE(a) DELETE TOP (1) FROM [Y]",
            NAMES);

    assertThat(trigger.targets()).containsOnlyKeys(table("y"));
    assertThat(trigger.targets().get(table("y"))).containsExactly(RowChange.DELETE);
    assertThat(procedure("UPDATE q SET a = 1 FROM dbo.T AS q").targets())
        .containsOnlyKeys(new TableName(null, "dbo", "t"));
    assertThat(procedure("INSERT INTO #x SELECT 1 FROM t DELETE @v").targets()).isEmpty();
    assertThat(procedure("SELECT 1 INTO made FROM t").targets()).containsOnlyKeys(table("made"));
    assertThat(procedure("WITH c AS (SELECT 1 a FROM t) DELETE c").definesOrCopies()).isTrue();
    assertThat(procedure("EXEC known 1").dynamic()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EXEC(@a)",
        "EXEC @a",
        "EXEC sp_executesql @a",
        "EXEC dbo.unknown",
        "EXECUTE other.dbo.known",
        "INSERT INTO t EXEC @r = unknown",
        "SELECT 1 FROM OPENQUERY(s, 'x')",
        "UPDATE OPENROWSET('x', 'y', 'z') SET a = 1"
      })
  void whatRunsTextOrIsNotKnownMayDoAnything(String body) {
    assertThat(procedure(body).dynamic()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1 FROM other.dbo.t",
        "SELECT 1 FROM other..t",
        "SELECT 1 FROM s.app.dbo.t",
        "UPDATE other.dbo.t SET a = 1",
        "SELECT 'a"
      })
  void namesOfOtherPlacesAreNotUnderstood(String body) {
    assertThat(procedure(body).understood()).isFalse();
  }

  @Test
  void whatTheSessionKeepsIsFound() {
    assertThat(procedure("SET NOCOUNT ON").changesSession()).isNull();
    assertThat(procedure("SET CONTEXT_INFO 0x1").changesSession()).isNotNull();
    assertThat(procedure("DECLARE c CURSOR FOR SELECT 1").changesSession()).isNotNull();
    assertThat(procedure("DECLARE c CURSOR LOCAL FOR SELECT 1").changesSession()).isNull();
    assertThat(procedure("SELECT 1 INTO ##g").changesSession()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DECLARE local CURSOR FOR SELECT 1",
        "DECLARE c CURSOR GLOBAL FOR SELECT 1",
        "OPEN SYMMETRIC KEY k DECRYPTION BY CERTIFICATE c",
        "OPEN MASTER KEY DECRYPTION BY PASSWORD = 'x'",
        "SET IDENTITY_INSERT dbo.t ON",
        "SET NOCOUNT ON SET IDENTITY_INSERT t ON",
        "SET NOEXEC ON",
        "SET SOMETHING_NEW 1",
        "SET NOCOUNT, SOMETHING_NEW ON",
        "SETUSER 'x'",
        "EXECUTE AS LOGIN = 'x'",
        "REVERT",
        "BEGIN DISTRIBUTED TRAN COMMIT"
      })
  void aSessionKeepsMore(String body) {
    assertThat(procedure(body).changesSession()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET NOCOUNT, XACT_ABORT ON",
        "SET TRANSACTION ISOLATION LEVEL SNAPSHOT",
        "SET STATISTICS IO ON",
        "UPDATE t SET a = 1, t.b = 2",
        "UPDATE t SET context_info = 0x1",
        "UPDATE t SET [a] += 1",
        "MERGE t USING u ON 1 = 1 WHEN MATCHED THEN UPDATE SET a = 1;",
        "OPEN c FETCH NEXT FROM c",
        "BEGIN TRAN COMMIT",
        "again: PRINT 'x' GOTO again"
      })
  void optionsAndColumnsAreNotKept(String body) {
    RoutineBody read = procedure(body);

    assertThat(read.changesSession()).isNull();
    assertThat(read.understood() && !read.dynamic()).isTrue();
  }

  /** Names that the server may give another meaning, and what a word may be read as. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "EXEC sp_executesql @known",
        "EXEC dbo.sp_getapplock",
        "EXEC known;2",
        "EXEC #known",
        "EXEC sys.known",
        "xp_known2 1",
        "[sp_executesql] N'a' + N'b'",
        "EXEC ('USE other DELETE t')",
        "EXEC ('EXEC #known')",
        "EXEC ('EXEC (@known)')",
        "EXEC ('SELECT 1' + @known)",
        "EXEC ('SELECT 1') AT other",
        "EXEC ('SELECT 1') AS USER = 'x'",
        "SELECT 1 WHERE 1 = $exec known"
      })
  void aCallThatMayMeanAnythingIsNotUnderstood(String body) {
    RoutineBody read =
        CodeReader.module("CREATE PROCEDURE dbo.p WITH EXECUTE AS OWNER AS " + body, SYSTEM_NAMES);

    assertThat(read.dynamic() || !read.understood()).isTrue();
  }

  /** Names in such a text are of that database, or of a user's procedure with any effect. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "EXEC other.sys.sp_executesql N'UPDATE t SET a = 1'",
        "EXEC other..sp_executesql N'UPDATE t SET a = 1'",
        "EXEC @r = [s].app.sys.sp_executesql N'UPDATE t SET a = 1'",
        "EXEC x.sp_executesql N'UPDATE t SET a = 1'"
      })
  void aTextThatIsRunElsewhereMayDoAnything(String body) {
    assertThat(procedure(body).dynamic()).isTrue();
    assertThat(CodeReader.code(body, CodeNames.UNKNOWN).dynamic()).isTrue();
  }

  @Test
  void aTextThatIsRunIsReadAsCode() {
    RoutineBody body =
        procedure(
            "IF @a = 1 EXEC (N'known 1 UPDATE t SET a = ''x'' FROM u')"
                + " ELSE EXEC sp_executesql @stmt = N'DELETE v SELECT 1 INTO ##g', @a = 1");

    assertThat(body.dynamic()).isFalse();
    assertThat(body.targets()).containsOnlyKeys(table("t"), table("v"));
    assertThat(body.mentioned()).contains(table("u"));
    assertThat(body.calls()).contains(new FunctionName(null, "known"));
    assertThat(body.changesSession()).isNotNull();
    assertThat(procedure("EXEC ('unknown')").dynamic()).isTrue();
    assertThat(procedure("EXEC ('CREATE PROC p AS SELECT 1')").definesCode()).isTrue();
    assertThat(procedure("EXEC ('SELECT ''a')").understood()).isFalse();
  }

  /** Only the first statement of a batch may be a call without EXEC. */
  @Test
  void aBatchMayBeginWithTheNameOfAProcedure() {
    for (String call : new String[] {"p SELECT 1", "[dbo].[p] SELECT 1", "dbo.p 1; SELECT 1 p"}) {
      assertThat(parsed(call).runs())
          .as(call)
          .anyMatch(
              run ->
                  run.body().procedures().stream().allMatch(name -> name.name().equals("p"))
                      && run.body().procedures().size() == 1);
    }
    for (String other :
        new String[] {"BEGIN TRY EXEC q; END TRY", "THROW", "x: EXEC q", "EXEC q; p"}) {
      assertThat(parsed(other).runs())
          .as(other)
          .allMatch(
              run -> Set.of(new FunctionName(null, "q")).containsAll(run.body().procedures()));
    }
  }

  @Test
  void cursorsAreLocalWhereTheDatabaseSaysSo() {
    CodeNames local =
        new CodeNames.Unknown() {
          @Override
          public boolean cursorsAreLocal() {
            return true;
          }
        };
    String head = "CREATE PROCEDURE p AS DECLARE c CURSOR ";

    assertThat(CodeReader.module(head + "FOR SELECT 1", local).changesSession()).isNull();
    assertThat(CodeReader.module(head + "GLOBAL FOR SELECT 1", local).changesSession()).isNotNull();
  }

  @Test
  void transactionsOfCodeAreSeen() {
    assertThat(procedure("BEGIN TRAN").calls()).contains(SqlServerSql.BEGIN);
    assertThat(procedure("SET IMPLICIT_TRANSACTIONS ON").calls()).contains(SqlServerSql.BEGIN);
    assertThat(procedure("BEGIN SELECT 1 END COMMIT").calls()).doesNotContain(SqlServerSql.BEGIN);
    assertThat(procedure("SET CONTEXT_INFO 0x1").calls()).contains(SqlServerSql.LASTING);
  }

  /** Verdicts on procedures hold within a batch that defines nothing. */
  @Test
  void aBatchSaysWhetherItDefines() {
    assertThat(parsed("DECLARE @a int EXEC @a = p SELECT @a").definitions()).isNotNull();
    assertThat(parsed("IF 1 = 1 INSERT INTO t EXEC dbo.p").definitions()).isNotNull();
    assertThat(parsed("IF 1 = 1 EXEC('x')").definitions()).isNotNull();
    assertThat(parsed("EXEC sp_executesql N'EXEC (''INSERT INTO t EXEC p'')'").definitions())
        .isNotNull();
    for (String defines :
        new String[] {
          "DECLARE @a int ALTER TABLE t ADD a int",
          "IF 1 = 1 EXEC('DROP TABLE t')",
          "IF 1 = 1 EXEC @p",
          "IF 1 = 1 EXEC sp_executesql N'EXEC (''SELECT 1 a INTO t'')'",
          "EXEC ('xp_x')",
          "EXEC ('x' + @a)",
          "EXEC ('x') AT other",
          "EXEC ('EXEC @p')",
          "sp_executesql N'x' SELECT 1",
          "[dbo].[sp_executesql] N'x' SELECT 1",
          "DECLARE @a int SELECT 1 a INTO t",
          "DECLARE @a int EXECUTE AS USER = 'x'",
          "DECLARE @a int USE other",
          "DECLARE @a int ENABLE TRIGGER t ON u"
        }) {
      assertThat(parsed(defines).definitions()).as(defines).isNull();
    }
    assertThat(parsed("DECLARE @a int EXEC dbo.P EXEC q").runs())
        .anyMatch(
            run ->
                run.body()
                    .procedures()
                    .equals(Set.of(new FunctionName("dbo", "p"), new FunctionName(null, "q"))));
  }

  @Test
  void statementsSayWhatTheyRestOn() {
    assertThat(parsed("SELECT @@ROWCOUNT, a FROM t").functions())
        .contains(FunctionName.SYSTEM_VARIABLE);
    assertThat(parsed("SELECT NEXT VALUE FOR s FROM t").understood()).isFalse();
    assertThat(parsed("SELECT a FROM t FOR SYSTEM_TIME ALL").understood()).isFalse();
    ParsedStatement call = parsed("EXEC @r = [dbo].[P] @a = 1, @b = N'x' OUTPUT");
    assertThat(call.understood()).isTrue();
    assertThat(call.kind()).isEqualTo(StatementClass.CALL);
    assertThat(Set.copyOf(call.functions())).containsExactly(new FunctionName("dbo", "p"));
    assertThat(parsed("EXEC p 1 SELECT 1 FROM t").understood()).isFalse();
    assertThat(parsed("EXEC sp_executesql N'x'").understood()).isFalse();
    assertThat(parsed("sp_executesql N'x'").understood()).isFalse();
    assertThat(Set.copyOf(parsed("p 1, @a").functions()))
        .containsExactly(new FunctionName(null, "p"));
    assertThat(parsed("EXEC other.dbo.p").understood()).isFalse();
  }

  /** As drivers send them around transactions. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "set implicit_transactions on",
        "IF @@TRANCOUNT > 0 COMMIT TRAN",
        "IF @@TRANCOUNT > 0 ROLLBACK TRAN",
        "IF @@TRANCOUNT > 0 COMMIT TRAN set implicit_transactions off",
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET LANGUAGE N'x' SET DATEFIRST 3 SET LOCK_TIMEOUT -1 SET QUOTED_IDENTIFIER, ANSI_NULLS ON",
        "create table #t (a int not null, b nvarchar(10) default 'x')",
        "drop table if exists #t, #u"
      })
  void statementsThatTouchNoRowsChangeNothing(String sql) {
    ParsedStatement parsed = parsed(sql);

    assertThat(parsed.understood()).isTrue();
    assertThat(parsed.kind()).isEqualTo(StatementClass.SESSION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set nocount on update t set a = 1",
        "set nocount on receive * from q",
        "set rowcount 1 delete t",
        "set nocount on exec p",
        "set nocount on disable trigger a on t",
        "set @a = 1",
        "if @@trancount > 0 update t set a = 1",
        "if @@rowcount > 0 commit",
        "create table #t (a int) insert t values (1)",
        "create table ##t (a int)",
        "create table t (a int)",
        "drop table #t, t",
        "drop table t, #t"
      })
  void othersMayTouchRows(String sql) {
    assertThat(parsed(sql).understood()).isFalse();
  }

  /** Also where an alias, or a query, is named in the place of the table. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "update x set a = 1 from dbo.t as x",
        "update x set a = 1 from u join dbo.[T] x on 1 = 1",
        "delete from x from u, dbo.t x",
        "merge into dbo.t as x using u on 1 = 0 when not matched then insert values (1);"
      })
  void aChangeByAnAliasIsOneOfItsTable(String sql) {
    assertThat(parsed(sql).writes())
        .anyMatch(name -> "dbo".equals(name.schema()) && name.table().equalsIgnoreCase("t"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "with x as (select * from t) update x set a = 1",
        "with y as (select 1 b), x (a) as (select a from t) delete from x",
        "update x set a = 1 from (select * from t) as x",
        "delete x from t x"
      })
  void aChangeOfAQueryMayChangeAnything(String sql) {
    assertThat(parsed(sql).understood()).isFalse();
  }

  private static ParsedStatement parsed(String sql) {
    return SqlServerSql.DIALECT.parse(sql, SqlServerSql.DIALECT.usualMode());
  }
}
