package dev.heimdall.engine.dialect.mysql.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.sql.Effect;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallReplacementTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Effect call(String sql) {
    int start = sql.indexOf("F()");
    return new Effect(Effect.Type.OWN, "", start, start + 3);
  }

  /** A number has the call's name where that is a column by itself, and nowhere else. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "SELECT F() | SELECT 7 AS `F()`",
        "SELECT F(); | SELECT 7 AS `F()`;",
        "SELECT f(1), F(), 2 | SELECT f(1), 7 AS `F()`, 2",
        "SELECT F() FROM t | SELECT 7 AS `F()` FROM t",
        "SELECT F() AS n | SELECT 7 AS n",
        "SELECT F() + 1 | SELECT 7 + 1",
        "SELECT IF(1, F(), 2) | SELECT IF(1, 7, 2)",
        "INSERT INTO t VALUES (')', F(), 2) | INSERT INTO t VALUES (')', 7, 2)",
        "CALL p(1, F(), 2) | CALL p(1, 7, 2)",
        "SELECT a FROM t GROUP BY a, F() | SELECT a FROM t GROUP BY a, 7",
        "SET @a = 1; SELECT F() | SET @a = 1; SELECT 7 AS `F()`",
        "INSERT INTO t SELECT 1, F() | INSERT INTO t SELECT 1, 7 AS `F()`",
      })
  void aNumberIsNamedAsItsCall(String sql, String expected) {
    byte[] changed = new CallReplacement(bytes(sql), call(sql), MysqlSql.USUAL_MODE).with("7");

    assertThat(new String(changed, StandardCharsets.ISO_8859_1)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT F() | true",
        "SELECT DISTINCT F() AS id FROM t | true",
        "SELECT a, F() `id` | true",
        "SELECT F() = 1 | false",
        "SELECT 1 FROM t WHERE id = F() | false",
        "SELECT (SELECT F()) | false",
        "INSERT INTO t SELECT F() | false",
        "CREATE VIEW v AS SELECT F() | false",
      })
  void onlyAColumnOfAQueryIsOne(String sql, boolean expected) {
    assertThat(new CallReplacement(bytes(sql), call(sql), MysqlSql.USUAL_MODE).isColumn())
        .isEqualTo(expected);
  }
}
