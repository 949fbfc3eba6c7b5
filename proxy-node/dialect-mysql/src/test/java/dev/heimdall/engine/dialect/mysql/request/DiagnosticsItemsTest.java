package dev.heimdall.engine.dialect.mysql.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiagnosticsItemsTest {
  /** Of a statement between others. */
  private static String asSet(String sql) {
    byte[] text = ("SELECT 1;" + sql + ";SELECT 2").getBytes(StandardCharsets.UTF_8);
    int start = "SELECT 1;".length();
    return DiagnosticsItems.asSet(
        text, start, text.length - ";SELECT 2".length(), 5, MysqlSql.USUAL_MODE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "GET DIAGNOSTICS @a = ROW_COUNT | SET @a=5",
        "get current diagnostics @`a, b` = row_count , @'c' = number "
            + "| SET @`a, b`=5,@'c'=CAST(0 AS UNSIGNED)",
        "GET DIAGNOSTICS CONDITION 1 @a = MESSAGE_TEXT |",
        "GET STACKED DIAGNOSTICS @a = ROW_COUNT |",
        "GET DIAGNOSTICS a = ROW_COUNT |",
        "GET DIAGNOSTICS @a = ROW_COUNT, |",
        "GET DIAGNOSTICS @a ROW_COUNT |",
        "GET DIAGNOSTICS @a = ROW_COUNT x |",
        "GET DIAGNOSTICS |",
        "GET |"
      })
  void numbersOfRowsAndConditionsBecomeASet(String sql, String set) {
    assertThat(asSet(sql)).isEqualTo(set);
  }
}
