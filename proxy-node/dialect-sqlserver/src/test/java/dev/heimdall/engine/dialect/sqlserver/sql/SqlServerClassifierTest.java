package dev.heimdall.engine.dialect.sqlserver.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlServerClassifierTest {
  private static final StatementClassifier CLASSIFIER = SqlServerSql.DIALECT.classifier(false);

  private static StatementFacts facts(String sql) {
    byte[] bytes = ("xx" + sql + "yy").getBytes(StandardCharsets.UTF_8);
    return CLASSIFIER.classify(bytes, 2, bytes.length - 4, LexerMode.STANDARD);
  }

  /** Effects, one word each. */
  private static String effects(String sql) {
    StringBuilder found = new StringBuilder();
    for (Effect effect : facts(sql).effects()) {
      String type =
          effect.type() == Effect.Type.OWN ? effect.detail().toString() : effect.type().name();
      found.append(type);
      if (!effect.name().isEmpty()) {
        found.append(':').append(effect.name());
      }
      if (effect.detail() instanceof GivenValue given) {
        found.append('=').append(given.value());
      }
      found.append(", ");
    }
    return found.length() == 0 ? "" : found.substring(0, found.length() - 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "| EMPTY",
        "; -- x | EMPTY",
        "SELECT 1 | SELECT",
        "select a from t with (nolock) where b in (select c from u) option (merge join) | SELECT",
        "SELECT a FROM t UNION ALL SELECT b FROM u EXCEPT SELECT c FROM v | SELECT",
        "(SELECT 1) UNION (SELECT 2) | SELECT",
        "WITH x AS (SELECT 1 a), y AS (SELECT 2 b) SELECT * FROM x CROSS APPLY y | SELECT",
        "SELECT a FROM t ORDER BY a OFFSET 5 ROWS FETCH NEXT 10 ROWS ONLY | SELECT",
        "SELECT CASE a WHEN 1 THEN 2 ELSE 3 END FROM t INNER MERGE JOIN u ON 1=1 | SELECT",
        "SELECT * FROM t FOR XML PATH('x') | SELECT",
        "SELECT [select], \"update\", [a]].delete] FROM [insert].[exec] | SELECT",
        "SELECT t.[set], t.update_time FROM s.db.dbo.t AS t | SELECT",
        "WITH x AS (SELECT 1 a) UPDATE x SET a = 2 | DML",
        "WITH x AS (SELECT 1 a) INSERT INTO t SELECT a FROM x | DML",
        "INSERT INTO t (a) OUTPUT inserted.a INTO @x VALUES (1), (2) | DML",
        "INSERT t DEFAULT VALUES | DML",
        "UPDATE t SET a = (SELECT 1) FROM t JOIN u ON 1=1 | DML",
        "DELETE TOP (5) FROM t OUTPUT deleted.a | DML",
        "MERGE t USING u ON 1=1 WHEN MATCHED THEN UPDATE SET a=1 WHEN NOT MATCHED THEN INSERT (a)"
            + " VALUES (1) WHEN NOT MATCHED BY SOURCE THEN DELETE OUTPUT $action; | DML",
        "SELECT * INTO t FROM u | DDL",
        "CREATE TABLE t (a int REFERENCES u ON DELETE CASCADE ON UPDATE SET NULL) | DDL",
        "ALTER TABLE t DROP COLUMN a | DDL",
        "ALTER TABLE t ALTER COLUMN a int | DDL",
        "CREATE OR ALTER PROC p AS BEGIN TRAN; EXEC q; SET NOCOUNT ON | DDL",
        "CREATE VIEW v AS SELECT 1 a | DDL",
        "GRANT SELECT, UPDATE, EXECUTE ON t TO u WITH GRANT OPTION | DDL",
        "TRUNCATE TABLE t | DDL",
        "DROP TABLE IF EXISTS t | DDL",
        "BEGIN TRAN | BEGIN",
        "BEGIN TRANSACTION; | BEGIN",
        "COMMIT | COMMIT",
        "COMMIT TRAN x | COMMIT",
        "ROLLBACK WORK | ROLLBACK",
        "SAVE TRAN s | SAVEPOINT",
        "ROLLBACK TRAN s | SAVEPOINT",
        "ROLLBACK TRAN send | SAVEPOINT",
        "SET NOCOUNT ON | SET",
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED | SET",
        "SET ANSI_NULLS, QUOTED_IDENTIFIER ON | SET",
        "USE db | SESSION",
        "EXEC p | CALL",
        "p 1, 2 | CALL",
        "dbo.p @a = 1 | CALL",
        "BULK INSERT t FROM 'x' | BULK",
        "INSERT BULK t (a int) | BULK",
        "EXEC ('select 1') | UNKNOWN",
        "EXEC @p | UNKNOWN",
        "EXEC sp_executesql N'select 1' | UNKNOWN",
        "SELECT * FROM OPENQUERY(s, 'delete from t') | DML",
        "SELECT 1 SELECT 2 | MULTI",
        "DECLARE @a int = 1 SELECT @a | MULTI",
        "IF 1=1 SELECT 1 | MULTI",
        "SELECT 1; THROW | MULTI",
      })
  void kinds(String sql, StatementKind kind) {
    assertThat(facts(sql == null ? "" : sql).kind()).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT '#t', 'SET NOCOUNT ON' -- #t |",
        "SELECT 1 /* /* */ #t */ |",
        "DECLARE @t TABLE (a int) |",
        "DECLARE c CURSOR LOCAL FOR SELECT 1 |",
        "SELECT * INTO #t FROM u | PIN:temporary table, OBJECT:#t",
        "CREATE TABLE [#t] (a int) | PIN:temporary table, OBJECT:#t",
        "SELECT * FROM tempdb..#t | PIN:temporary table, OBJECT:#t",
        "DROP TABLE #a, #b | END_OBJECT:#a, END_OBJECT:#b",
        "DROP TABLE IF EXISTS #a | END_OBJECT:#a",
        "DROP TABLE #a CREATE TABLE #b (a int) | END_OBJECT:#a, PIN:temporary table, OBJECT:#b",
        "DROP TABLE #a SELECT * FROM #b | END_OBJECT:#a, PIN:temporary table, OBJECT:#b",
        "IF 1=1 DROP TABLE #a | MAY_UNPIN:temporary table, BRANCHES",
        "RETURN DROP TABLE #a | MAY_UNPIN:temporary table, BRANCHES",
        "DECLARE c CURSOR FOR SELECT 1 | PIN:cursor, OBJECT:c",
        "DECLARE [LOCAL] CURSOR FOR SELECT 1 | PIN:cursor, OBJECT:LOCAL",
        "CLOSE c DEALLOCATE c | END_OBJECT:c",
        "SET NOCOUNT ON | SET_VARIABLE:nocount=ON",
        "SET ANSI_NULLS, QUOTED_IDENTIFIER ON SELECT 1 | SET_VARIABLE:ansi_nulls=ON,"
            + " SET_VARIABLE:quoted_identifier=ON",
        "SET ROWCOUNT 5 SET TEXTSIZE @x | SET_VARIABLE:rowcount=5, SET_VARIABLE:textsize,"
            + " PIN:option of one connection",
        "SET LOCK_TIMEOUT -1 SET DATEFORMAT dmy | SET_VARIABLE:lock_timeout=-1,"
            + " SET_VARIABLE:dateformat=dmy",
        "SET LANGUAGE N'Deutsch' | SET_VARIABLE:dateformat=null, SET_VARIABLE:datefirst=null,"
            + " SET_VARIABLE:language=N'Deutsch'",
        "SET ANSI_NULL_DFLT_ON ON | SET_VARIABLE:ansi_null_dflt_off=OFF,"
            + " SET_VARIABLE:ansi_null_dflt_on=ON",
        "SET ANSI_DEFAULTS OFF | SET_VARIABLE:ansi_nulls=OFF, SET_VARIABLE:ansi_null_dflt_on=OFF,"
            + " SET_VARIABLE:ansi_padding=OFF, SET_VARIABLE:ansi_warnings=OFF,"
            + " SET_VARIABLE:cursor_close_on_commit=OFF, SET_VARIABLE:implicit_transactions=OFF,"
            + " SET_VARIABLE:quoted_identifier=OFF, LAST_USE",
        "EXEC ('SET ANSI_DEFAULTS ON') | LAST_USE, RUNS_TEXT",
        "EXEC sp_executesql N'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE' | LAST_USE, RUNS_TEXT",
        "SELECT [Set_Config]('a.b', 'c', 0) | LAST_USE",
        "UPDATE pg_catalog.pg_settings SET setting = 'off' | LAST_USE",
        "SET ROWCOUNT 1 SET ROWCOUNT 2 SET ROWCOUNT 1 | SET_VARIABLE:rowcount=1,"
            + " SET_VARIABLE:rowcount=2, SET_VARIABLE:rowcount=1",
        "IF 1=1 SET NOCOUNT ON | SET_VARIABLE:nocount, PIN:option of one connection, BRANCHES",
        "SET NOCOUNT ON IF 1=1 SELECT 1 | SET_VARIABLE:nocount=ON, BRANCHES",
        "SET NOCOUNT ON GOTO l | SET_VARIABLE:nocount=ON, PIN:option of one connection, BRANCHES",
        "SET TRANSACTION ISOLATION LEVEL SNAPSHOT | SET_VARIABLE:transaction isolation"
            + " level=SNAPSHOT",
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED SELECT 1 | SET_VARIABLE:transaction"
            + " isolation level=READ COMMITTED",
        "SET TRANSACTION SELECT 1 | SET_VARIABLE:transaction isolation level, PIN:option of one"
            + " connection",
        "UPDATE t SET a = 1 SET NOCOUNT ON | SET_VARIABLE:nocount=ON",
        "UPDATE STATISTICS t SET NOCOUNT ON | SET_VARIABLE:nocount=ON",
        "CREATE PARTITION FUNCTION f (int) AS RANGE LEFT FOR VALUES (1) SET NOCOUNT ON |"
            + " SET_VARIABLE:nocount=ON",
        "ALTER TABLE t DISABLE TRIGGER x SET NOCOUNT ON | SET_VARIABLE:nocount=ON",
        "SELECT 1SET NOCOUNT ON | SET_VARIABLE:nocount=ON",
        "SET STATISTICS IO ON | PIN:option of one connection",
        "SET IDENTITY_INSERT dbo.t ON | PIN:IDENTITY_INSERT",
        "SET CONTEXT_INFO 0x01 | SETS_CONTEXT_INFO",
        "SET NOEXEC ON | PIN:unknown statement",
        "SET @a = 1 |",
        "USE [d] SELECT 1 | USES_DATABASE:d",
        "EXEC sp_getapplock 'x' | PIN:application lock",
        "EXEC @r = [sys].sp_setapprole 'x' | PIN:application role",
        "sp_setapprole 'x' | PIN:application role",
        "EXEC master..sp_set_session_context 'a', 1 | SETS_SESSION_CONTEXT, PIN:session context",
        "EXEC dbo.p @a = 1 | CALLS_UNSEEN:p",
        "EXECUTE AS USER = 'x' | PIN:EXECUTE AS",
        "REVERT | MAY_UNPIN:EXECUTE AS",
        "INSERT t EXEC p | CALLS_UNSEEN:p, GENERATES_IDENTITY",
        "INSERT t EXEC ('x') | CALLS_UNSEEN:x, RUNS_TEXT, GENERATES_IDENTITY",
        "EXEC ('x') | CALLS_UNSEEN:x, RUNS_TEXT",
        "EXEC ('SELECT 1') | RUNS_TEXT",
        "EXEC ('SELECT 1') SELECT 2 CREATE TABLE #t (a int) | RUNS_TEXT, PIN:temporary table,"
            + " OBJECT:#t",
        "EXEC sp_executesql N'SET FMTONLY ON SELECT * FROM #t' | RUNS_TEXT",
        "EXEC sp_executesql @stmt = N'SELECT ''a'', @p', @params = N'@p int', @p = 1 | RUNS_TEXT",
        "sp_executesql N'DELETE t' | RUNS_TEXT",
        "EXEC sp_executesql @params = N'SELECT 1', @stmt = @x | PIN:text run by EXEC",
        "EXEC ('SET CONTEXT_INFO 0x01 DELETE t') | SETS_CONTEXT_INFO, RUNS_TEXT",
        "EXEC ('UPDATE t SET a = 1') | RUNS_TEXT",
        "EXEC ('SET NOCOUNT ON INSERT t VALUES (1)') | GENERATES_IDENTITY, RUNS_TEXT",
        "EXEC ('CREATE TABLE #t (a int) INSERT #t VALUES (1) DROP TABLE #t') |"
            + " GENERATES_IDENTITY, RUNS_TEXT",
        "EXEC ('IF 1 = 1 DELETE t') | BRANCHES, RUNS_TEXT",
        "EXEC ('DECLARE c CURSOR FOR SELECT 1') | PIN:cursor, OBJECT:c, RUNS_TEXT",
        "EXEC ('DEALLOCATE c') | RUNS_TEXT",
        "EXEC ('DROP TABLE ##t') | RUNS_TEXT",
        "EXEC ('USE d DELETE t') | PIN:text run by EXEC",
        "EXEC ('EXEC p') | CALLS_UNSEEN:p, RUNS_TEXT",
        "EXEC ('p') | CALLS_UNSEEN:p, RUNS_TEXT",
        "EXEC ('INSERT t VALUES (1) COMMIT') | PIN:text run by EXEC",
        "EXEC ('SAVE TRAN s') | PIN:text run by EXEC",
        "EXEC ('SET IMPLICIT_TRANSACTIONS ON DELETE t') | RUNS_TEXT",
        "EXEC ('INSERT BULK t (a int)') | PIN:text run by EXEC",
        "EXEC ('DELETE t WHERE a = ''x') | PIN:text run by EXEC",
        "EXEC ('SELECT 1 BEGIN TRAN') | PIN:text run by EXEC",
        "EXEC ('SELECT SCOPE_IDENTITY()') | PIN:text run by EXEC",
        "EXEC ('SELECT * FROM ##t') | PIN:global temporary table, OBJECT:##t, RUNS_TEXT",
        "EXEC ('SELECT 1' + @x) | PIN:text run by EXEC",
        "EXEC ('SELECT 1') AT other | PIN:text run by EXEC",
        "EXEC ('EXEC (''DELETE t'')') | RUNS_TEXT",
        "EXEC ('EXEC (''BEGIN TRAN'')') | PIN:text run by EXEC, RUNS_TEXT",
        "EXEC sys.sp_help | CALLS_UNSEEN:sp_help",
        "EXEC d.dbo.sp_help | CALLS_UNSEEN:sp_help",
        "EXEC d..sp_help | CALLS_UNSEEN:sp_help",
        "EXEC x.sp_help | PIN:stored procedure, CALLS_UNSEEN:sp_help",
        "EXEC @r = d.[x].sp_help | PIN:stored procedure, CALLS_UNSEEN:sp_help",
        "DECLARE c CURSOR FOR SELECT 1 DEALLOCATE c | PIN:cursor, OBJECT:c, END_OBJECT:c",
        "DECLARE c CURSOR LOCAL FOR SELECT 1 DEALLOCATE c | MAY_UNPIN:cursor",
        "EXEC sp_msforeachdb N'SELECT 1' | PIN:text run by EXEC",
        "SELECT * FROM ##t | PIN:global temporary table, OBJECT:##t",
        "DROP TABLE ##t | END_OBJECT:##t",
        "SELECT SCOPE_IDENTITY() | READS_IDENTITY",
        "INSERT t VALUES (1) SELECT SCOPE_IDENTITY(), @@IDENTITY, @@ROWCOUNT | GENERATES_IDENTITY",
        "INSERT t VALUES (@@IDENTITY) | READS_IDENTITY, GENERATES_IDENTITY",
        "EXEC p SELECT @@IDENTITY, @@ERROR | CALLS_UNSEEN:p",
        "EXEC p SELECT SCOPE_IDENTITY() | CALLS_UNSEEN:p, READS_IDENTITY",
        "DECLARE @a int SELECT @a = @@ROWCOUNT | READS_LAST_RESULT",
        "MERGE t USING u ON 1=1 WHEN MATCHED THEN DELETE; | GENERATES_IDENTITY",
        "SELECT @@IDENTITY, @@SPID, @@ROWCOUNT | READS_IDENTITY, READS_SPID, READS_LAST_RESULT",
        "BEGIN TRAN x WITH MARK | NAMES_TRANSACTION",
        "BEGIN DISTRIBUTED TRAN | PIN:shared transaction, NAMES_TRANSACTION",
        "ROLLBACK TRAN s | ROLLS_BACK_TO_NAME",
        "OPEN SYMMETRIC KEY k DECRYPTION BY CERTIFICATE c | PIN:open key",
        "KILL 55 | KILLS_CONNECTION",
        "BEGIN TRY SELECT 1 END TRY BEGIN CATCH THROW END CATCH | BRANCHES",
        "WHILE 1=1 BEGIN EXEC p END | CALLS_UNSEEN:p, BRANCHES",
        "SELECT 1; foo | PIN:unknown statement",
        "CREATE PROC p AS UPDATE t SET a = 1 RETURN @@ROWCOUNT + @@IDENTITY | ``",
        "CREATE PROC #p AS SELECT @@ERROR | PIN:temporary table, OBJECT:#p",
      })
  void effectsOnTheSession(String sql, String expected) {
    assertThat(effects(sql)).isEqualTo(expected == null ? "" : expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1\u00a0SET NOCOUNT ON",
        "SELECT 1\u3000INTO #t",
        "SELECT \u00a3INTO x",
        "SELECT $INTO x",
        "\u00a0SELECT 1",
        "SELECT 1 \u2003FROM t",
      })
  void charactersThatMayEndAWordAreDoubted(String sql) {
    assertThat(effects(sql)).contains("PIN:unknown statement");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SELECT '", "SELECT [a", "SELECT \"a", "SELECT /* /* */", "SELECT 1 --\rx"})
  void textsThatBreakOffAreUnreadable(String sql) {
    assertThat(facts(sql)).isSameAs(StatementFacts.UNREADABLE);
  }

  @Test
  void transactionsAmongSeveralStatements() {
    assertThat(facts("SELECT 1; SELECT 2").transactionControlInside()).isFalse();
    assertThat(facts("BEGIN TRAN SELECT 1 COMMIT").chain()).isFalse();
    assertThat(facts("BEGIN TRAN SELECT 1 COMMIT").transactionControlInside()).isTrue();
    assertThat(facts("BEGIN TRAN SELECT 1").chain()).isTrue();
    assertThat(facts("BEGIN TRAN BEGIN TRAN SELECT 1 COMMIT").chain()).isTrue();
    assertThat(facts("BEGIN TRAN BEGIN TRAN SELECT 1 ROLLBACK").chain()).isFalse();
    assertThat(facts("BEGIN TRAN SAVE TRAN s ROLLBACK TRAN s").chain()).isTrue();
    assertThat(facts("BEGIN TRAN IF 1=1 COMMIT").chain()).isTrue();
    assertThat(facts("SELECT 1 EXEC p").transactionControlInside()).isTrue();
    assertThat(facts("IF @@TRANCOUNT > 0 COMMIT TRAN").transactionControlInside()).isTrue();
  }

  private static final List<String> HIDING =
      List.of(
          "'",
          "''",
          "\"",
          "[",
          "]",
          "]]",
          "/*",
          "*/",
          "--",
          "\n",
          "(",
          ")",
          ";",
          " ",
          "N'",
          "0x",
          "1",
          "1e",
          ".",
          ",",
          "=",
          "@a",
          "$",
          "SELECT",
          "INSERT INTO t",
          "UPDATE t",
          "SET a = 1",
          "CASE",
          "WHEN 1=1 THEN",
          "ELSE",
          "END",
          "BEGIN",
          "IF 1=1",
          "WITH x AS",
          "MERGE",
          "FOR",
          "UNION ALL",
          "DROP TABLE x",
          "ALTER TABLE t",
          "CREATE TABLE t",
          "DECLARE @x int",
          "GRANT SELECT ON t TO u",
          "EXEC p",
          "VALUES (1)",
          "RETURN",
          "GO",
          "FROM t",
          "AS y");

  /** Statements that need a separator of their own, each with what must be found. */
  private static final List<String[]> CANARIES =
      List.of(
          new String[] {"SET NOCOUNT ON", "SET_VARIABLE:nocount"},
          new String[] {"CREATE TABLE #c (a int)", "OBJECT:#c"},
          new String[] {"USE canary", "USES_DATABASE:canary"},
          new String[] {"EXEC sp_setapprole 'x'", "PIN:application role"});

  /**
   * A canary behind any rubbish: if a simple reader of quotes and comments finds it outside of
   * both, behind a semicolon that ends whatever was before, the classifier has to see it, or to
   * doubt.
   */
  @Test
  void canariesAreSeenBehindQuotesAndComments() {
    Random random = new Random(64);
    int seen = 0;
    for (int i = 0; i < 60_000; i++) {
      StringBuilder before = new StringBuilder();
      for (int parts = random.nextInt(9); parts > 0; parts--) {
        before
            .append(HIDING.get(random.nextInt(HIDING.size())))
            .append(random.nextBoolean() ? " " : "");
      }
      boolean open = isOpen(before);
      int brackets = depth(before);
      String[] canary = CANARIES.get(random.nextInt(CANARIES.size()));
      String sql =
          before
              + ")".repeat(Math.max(0, brackets))
              + (random.nextBoolean() ? ";" : " ; ")
              + canary[0];
      if (open || before.indexOf("CREATE") >= 0 && before.indexOf("PROC") >= 0) {
        continue;
      }
      seen++;
      String found = effects(sql);
      assertThat(found.contains(canary[1]) || found.contains("unknown statement"))
          .as("%s: %s", sql, found)
          .isTrue();
    }
    assertThat(seen).isGreaterThan(10_000);
  }

  /** True if a text ends inside of quotes or a comment. */
  private static boolean isOpen(CharSequence text) {
    return depth(text) == Integer.MIN_VALUE;
  }

  /**
   * Open brackets at the end of a text; the least number if it ends inside of quotes or a comment.
   */
  private static int depth(CharSequence text) {
    int depth = 0;
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      char next = i + 1 < text.length() ? text.charAt(i + 1) : 0;
      if (c == '\'' || c == '"' || c == '[') {
        char close = c == '[' ? ']' : c;
        i++;
        while (i < text.length()
            && (text.charAt(i) != close || i + 1 < text.length() && text.charAt(i + 1) == close)) {
          i += text.charAt(i) == close ? 2 : 1;
        }
        if (i >= text.length()) {
          return Integer.MIN_VALUE;
        }
      } else if (c == '-' && next == '-') {
        while (i < text.length() && text.charAt(i) != '\n') {
          i++;
        }
        if (i >= text.length()) {
          return Integer.MIN_VALUE;
        }
      } else if (c == '/' && next == '*') {
        int nested = 1;
        i += 2;
        while (i < text.length() && nested > 0) {
          char d = text.charAt(i);
          char e = i + 1 < text.length() ? text.charAt(i + 1) : 0;
          if (d == '/' && e == '*') {
            nested++;
            i++;
          } else if (d == '*' && e == '/') {
            nested--;
            i++;
          }
          i++;
        }
        if (nested > 0) {
          return Integer.MIN_VALUE;
        }
        continue;
      } else if (c == '(') {
        depth++;
      } else if (c == ')') {
        depth -= depth > 0 ? 1 : 0;
      }
      i++;
    }
    return depth;
  }
}
