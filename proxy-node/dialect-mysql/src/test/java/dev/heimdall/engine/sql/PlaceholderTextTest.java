package dev.heimdall.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceholderTextTest {
  private static PlaceholderText mysql(String sql) {
    return PlaceholderText.of(sql, MysqlSql.DIALECT).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "SELECT $1 | SELECT ?",
        "SELECT $1+$2,f($3) | SELECT ?+?,f(?)",
        "SELECT a FROM t WHERE b=$1 LIMIT $2 | SELECT a FROM t WHERE b=? LIMIT ?",
        "SELECT '$1', \"$1\", `$1`, a$1, $1a | SELECT '$1', \"$1\", `$1`, a$1, $1a",
        "SELECT 'it''s \\', $1 | SELECT 'it''s \\', ?",
        "SELECT /* $1 */ $1 # $2 | SELECT /* $1 */ ? # $2",
        "SELECT $1 -- $2 | SELECT ? -- $2",
        "SELECT /*!50000 $1 */ 1 | SELECT /*!50000 ? */ 1",
        "SELECT 'ü€', $1, 'ß' | SELECT 'ü€', ?, 'ß'",
      })
  void questionMarksStandWhereParametersStood(String sql, String placed) {
    assertThat(mysql(sql).text()).isEqualTo(placed);
  }

  @Test
  void eachQuestionMarkHasTheNumberOfItsParameter() {
    assertThat(mysql("SELECT $2, $1, $2").numbers()).isEqualTo(List.of(2, 1, 2));
    assertThat(mysql("SELECT $2, $1, $2").parameters()).isEqualTo(2);
    assertThat(mysql("SELECT 1").parameters()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELECT 'a", "SELECT $0", "SELECT $65536", "SELECT ?", "SELECT /* "})
  void whatIsNoTextOfACompleteStatementIsRefused(String sql) {
    assertThat(PlaceholderText.of(sql, MysqlSql.DIALECT)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "SELECT @a := 1 | true",
        "SELECT GET_LOCK('a', 1) | true",
        "CREATE TEMPORARY TABLE t (a int) | true",
        "USE shop | true",
        "SELECT 'a@b' /* @c */ | false",
        "SELECT used FROM temporaries | false",
      })
  void tracesOnTheConnectionAreSeen(String sql, boolean leaves) {
    assertThat(mysql(sql).leavesTraces()).isEqualTo(leaves);
  }
}
