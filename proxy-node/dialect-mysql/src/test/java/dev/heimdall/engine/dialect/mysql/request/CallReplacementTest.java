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

  /** Columns that servers name by their text keep what the client has written. */
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
        "SELECT F() + 1 | SELECT 7 + 1 AS `F() + 1`",
        "SELECT a, 1+F() , F FROM t | SELECT a, 1+7 AS `1+F()` , F FROM t",
        "SELECT IF(1, F(), 2) | SELECT IF(1, 7, 2) AS `IF(1, F(), 2)`",
        "SELECT DISTINCT F() - `a``b` | SELECT DISTINCT 7 - `a``b` AS `F() - ``a````b```",
        "SELECT SQL_NO_CACHE F()=1 LIMIT 1 | SELECT SQL_NO_CACHE 7=1 AS `F()=1` LIMIT 1",
        "SELECT F() IS NOT NULL | SELECT 7 IS NOT NULL AS `F() IS NOT NULL`",
        "SELECT F() AND a | SELECT 7 AND a AS `F() AND a`",
        "SELECT CAST(F() AS CHAR) | SELECT CAST(7 AS CHAR) AS `CAST(F() AS CHAR)`",
        "SELECT (SELECT F())+1 | SELECT (SELECT 7 AS `F()`)+1 AS `(SELECT F())+1`",
        "SELECT * FROM (SELECT F()+1) t | SELECT * FROM (SELECT 7+1 AS `F()+1`) t",
        "SELECT F() UNION SELECT 1 | SELECT 7 AS `F()` UNION SELECT 1",
        "SELECT F()+1 INTO @a | SELECT 7+1 AS `F()+1` INTO @a",
        "SELECT CASE F() WHEN 1 THEN 2 END | SELECT CASE 7 WHEN 1 THEN 2 END AS"
            + " `CASE F() WHEN 1 THEN 2 END`",
        "SELECT F()+1 end | SELECT 7+1 end",
        "SELECT F()+1 n, 2 | SELECT 7+1 n, 2",
        "SELECT F()+1 'n' | SELECT 7+1 'n'",
        "SELECT F()+a `n` FROM t | SELECT 7+a `n` FROM t",
        "SELECT (F()) AS n FROM t | SELECT (7) AS n FROM t",
        "SELECT F()/*a*/+1 | SELECT 7/*a*/+1",
        "SELECT F()+'é' | SELECT 7+'é'",
        "SELECT 1 FROM t WHERE F() > 1 | SELECT 1 FROM t WHERE 7 > 1",
        "DO F()+1 | DO 7+1",
        "INSERT INTO t VALUES (')', F(), 2) | INSERT INTO t VALUES (')', 7, 2)",
        "CALL p(1, F(), 2) | CALL p(1, 7, 2)",
        "SELECT a FROM t GROUP BY a, F() | SELECT a FROM t GROUP BY a, 7",
        "SET @a = 1; SELECT F() | SET @a = 1; SELECT 7 AS `F()`",
        "INSERT INTO t SELECT 1, F() | INSERT INTO t SELECT 1, 7 AS `F()`",
      })
  void columnsKeepTheirNames(String sql, String expected) {
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
