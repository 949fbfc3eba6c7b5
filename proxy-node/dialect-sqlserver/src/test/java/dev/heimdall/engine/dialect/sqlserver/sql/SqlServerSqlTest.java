package dev.heimdall.engine.dialect.sqlserver.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.Fingerprinter;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.LiteralReader;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.StatementSplitter;
import dev.heimdall.engine.sql.TableName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlServerSqlTest {
  private static String print(String sql) {
    Fingerprinter fingerprinter = new Fingerprinter(SqlServerSql.DIALECT, 1, 2);
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    fingerprinter.read(bytes, 0, bytes.length, LexerMode.STANDARD);
    return Long.toHexString(fingerprinter.high()) + Long.toHexString(fingerprinter.low());
  }

  @Test
  void aLiteralThatIsRunIsNoValue() {
    List<String> forms =
        List.of(
            "exec ('%s')",
            "EXECUTE(N'%s')",
            "exec ( /*+ x */ /* y */ '%s' )",
            "select 1 exec ('%s') select 2",
            "exec sp_executesql N'%s'",
            "sp_executesql '%s', N'@a int', @a = 1",
            "declare @r int exec @r = sys.[Sp_ExecuteSql] @stmt = N'%s'",
            "exec (@a) exec ('%s')");
    for (String form : forms) {
      assertThat(print(form.formatted("insert a default values")))
          .as(form)
          .isNotEqualTo(print(form.formatted("insert b default values")));
    }
    for (String form : List.of("exec p '%s'", "exec f.p @a = '%s'", "select ('%s')")) {
      assertThat(print(form.formatted("a"))).as(form).isEqualTo(print(form.formatted("b")));
    }
    assertThat(print("exec sp_executesql N'select @a', N'@a int', 'x'"))
        .isEqualTo(print("exec sp_executesql N'select @a', N'@b int', 'y'"));
  }

  private static int statements(String sql) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    return new StatementSplitter(SqlServerSql.DIALECT)
        .split(bytes, 0, bytes.length, LexerMode.STANDARD);
  }

  private static ParsedStatement parsed(String sql) {
    return SqlServerSql.DIALECT.parse(sql, SqlServerSql.DIALECT.usualMode());
  }

  @Test
  void namesAreToldApartByTheirQuotes() {
    assertThat(print("SELECT [a]]b] FROM T")).isEqualTo(print("select [a]]b] from T"));
    assertThat(print("SELECT [a]")).isNotEqualTo(print("SELECT [A]"));
    assertThat(print("SELECT @a")).isNotEqualTo(print("SELECT @b"));
    assertThat(print("SELECT * FROM #t")).isNotEqualTo(print("SELECT * FROM t"));
    assertThat(print("SELECT N'a', $1.5, 0xff")).isEqualTo(print("SELECT '', 1, 2"));
    assertThat(print("SELECT /* /* */ */ 1")).isEqualTo(print("SELECT 1"));
  }

  @Test
  void literalsAreRead() {
    byte[] sql = "SELECT N'a', [b'c']".getBytes(StandardCharsets.UTF_8);
    assertThat(new LiteralReader(SqlServerSql.DIALECT).read(sql, 0, sql.length, LexerMode.STANDARD))
        .containsExactly("a");
  }

  @Test
  void statementsEndWhereTheServerEndsThem() {
    assertThat(statements("SELECT [;]]], N';' /* /* ; */ ; */; SELECT 2")).isEqualTo(2);
    assertThat(statements("SELECT 1 -- x\rDELETE FROM t")).isEqualTo(-1);
  }

  @Test
  void whatIsDeletedWithoutFromIsRead() {
    TableName table = new TableName(null, "dbo", "T");
    for (String sql :
        List.of(
            "DELETE dbo.T",
            "DELETE [dbo].[T] WHERE a IN (SELECT b FROM u)",
            "DELETE dbo.T OUTPUT deleted.a WHERE a = 1")) {
      assertThat(parsed(sql).understood()).as(sql).isTrue();
      assertThat(parsed(sql).writes()).as(sql).containsExactly(table);
    }
    for (String sql :
        List.of(
            "DELETE TOP (1) T WHERE a = 1",
            "DELETE T WITH (ROWLOCK) WHERE a = 1",
            "DELETE T FROM T JOIN u ON u.a = T.a",
            "DELETE T OUTPUT 1 FROM u WHERE a = 1",
            "DELETE OPENQUERY(s, 'x') WHERE a = 1",
            "DELETE @t WHERE a = 1",
            "DELETE T WHERE a = 1 SELECT 1 FROM u",
            "DELETE T SELECT 1",
            "DELETE T WHERE a = 1 DELETE u")) {
      assertThat(parsed(sql).understood()).as(sql).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EXEC ('SELECT a FROM t')",
        "sp_executesql N'SELECT a FROM t'",
        "EXEC @r = sys.sp_executesql @stmt = N'SELECT a FROM t'",
        "EXEC sp_executesql N'EXEC (''SELECT a FROM t'')'"
      })
  void tablesOfATextThatIsRunAreRecognised(String sql) {
    assertThat(parsed(sql).reads()).containsExactly(new TableName(null, null, "t"));
    assertThat(parsed(sql).understood()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EXEC d.sys.sp_executesql N'SELECT a FROM t'",
        "d..sp_executesql N'SELECT a FROM t'",
        "EXEC s.d.sys.sp_executesql N'SELECT a FROM t'",
        "EXEC @r = d.x.sp_prepexec @h OUTPUT; SELECT a FROM t",
        "USE d SELECT a FROM t",
        "SELECT a FROM t; USE [d]"
      })
  void tablesMayBeThoseOfADatabaseThatIsNamedBesideThem(String sql) {
    assertThat(parsed(sql).reads())
        .containsExactly(new TableName(null, null, "t"), new TableName("d", null, "t"));
    assertThat(parsed(sql).understood()).isFalse();
  }

  /** One server reads a table of this name, another one does not. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT a FROM t@x",
        "SELECT a FROM dbo.u@x JOIN t@y ON 1 = 1",
        "SELECT \u00a31FROM t",
        "SELECT b, \u20ac1.5FROM t",
        "SELECT \u00a31.FROM t",
        "SELECT $FROM t",
        "SELECT a FROM .t",
        "SELECT a FROM ...t",
        "SELECT a FROM u, ..t",
        "SELECT a FROM\bt",
        "SELECT a FROM\u00a0t",
        "SELECT 1 --x\rSELECT a FROM t",
        "BEGIN SELECT a FROM t@x END"
      })
  void aTextCountsAsAllThatServersReadInIt(String sql) {
    assertThat(parsed(sql).reads()).contains(new TableName(null, null, "t"));
    assertThat(parsed(sql).understood()).as(sql).isEqualTo(sql.contains("\b"));
  }

  /** The database is not lost where the schema is left out. */
  @Test
  void namesOfThreePartsAreRecognised() {
    assertThat(parsed("BEGIN SELECT a FROM d..t END").reads())
        .containsExactly(new TableName("d", null, "t"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELECT 1exec p", "SELECT 0x1from t", "SELECT 1e+from t"})
  void aNumberThatMayGoOnIsNotUnderstood(String sql) {
    assertThat(parsed(sql).understood()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT $1.5, 0xAB, 1e5, 1.e1, .5 FROM t",
        "SELECT '@a@b', [a@b], @c, @@ROWCOUNT FROM dbo . t",
        "SELECT 1FROM t",
        "SELECT a -- x@y\r\nFROM t /* u@v */",
        "SELECT $action, $identity, x.a FROM t x"
      })
  void whatAllServersReadAlikeIsUnderstood(String sql) {
    assertThat(parsed(sql).understood()).isTrue();
    assertThat(parsed(sql).reads()).hasSize(1);
  }

  @Test
  void statementsAreRead() {
    assertThat(parsed("SELECT [a] FROM [d]..[T] WHERE b = @c").reads())
        .containsExactly(new TableName("d", null, "T"));
    assertThat(parsed("SELECT 1 DELETE FROM t").understood()).isFalse();
    assertThat(parsed("BEGIN TRAN").kind()).isEqualTo(StatementClass.TRANSACTION);
  }
}
