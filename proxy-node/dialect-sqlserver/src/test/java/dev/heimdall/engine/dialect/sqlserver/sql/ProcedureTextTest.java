package dev.heimdall.engine.dialect.sqlserver.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.LexerMode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcedureTextTest {
  private static String wrapped(String sql) {
    return ProcedureText.of(sql.getBytes(StandardCharsets.UTF_8), LexerMode.STANDARD);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "select 'é' | EXEC sp_executesql N'select ''é'''",
        "declare @a int = 5 select @a option (optimize for (@a = 1)) | declare @a int = 5 EXEC"
            + " sp_executesql N'select @a option (optimize for (@a = 1))', N'@a int', @a = @a",
        "DECLARE @a AS decimal(10, 2) = round(1.5, 1), @b nvarchar(max); SET @b = N'x;'; SELECT @a"
            + " | DECLARE @a AS decimal(10, 2) = round(1.5, 1), @b nvarchar(max); SET @b = N'x;';"
            + " EXEC sp_executesql N'SELECT @a', N'@a decimal(10, 2), @b nvarchar(max)', @a = @a,"
            + " @b = @b",
        "declare @a int=(select max(a) from t) delete t where a=@a | declare @a int=(select max(a)"
            + " from t) EXEC sp_executesql N'delete t where a=@a', N'@a int', @a = @a",
      })
  void statementsHaveTheVariablesThatAreDeclaredAheadOfThemAsParameters(
      String sql, String expected) {
    assertThat(wrapped(sql)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "begin tran",
        "set nocount on select 1",
        "use tempdb",
        "declare @t table (a int) insert @t values (1)",
        "declare @a int = 5",
        "declare @a decimal(10",
        "exec p",
        "create table #t (a int)",
        ""
      })
  void whatWouldEndWithTheProcedureOrFailInItStaysAsItIs(String sql) {
    assertThat(wrapped(sql)).isNull();
  }

  @Test
  void aLiteralCannotEndTheText() {
    assertThat(wrapped("select '''; drop table t --'"))
        .isEqualTo("EXEC sp_executesql N'select ''''''; drop table t --'''");
  }
}
