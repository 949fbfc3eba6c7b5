package dev.heimdall.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiteralReaderTest {
  private static java.util.Set<String> read(Dialect dialect, String sql) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    return new LiteralReader(dialect).read(bytes, 0, bytes.length, true);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT 'a'|a",
        "SELECT 'it''s'|it's",
        "SELECT E'a\\tb'|a\tb",
        "SELECT 'a\\tb'|a\\tb",
        "SELECT $x$it's$x$|it's",
        "SELECT \"no\", 'yes'|yes",
        "SELECT 'yes' -- 'no'|yes",
        "SELECT /* 'no' */ 'yes'|yes",
        "SELECT 'ä'|ä"
      })
  void theValueOfALiteralIsRead(String sql, String value) {
    assertThat(read(Dialect.POSTGRES, sql)).containsExactly(value);
  }

  @Test
  void eachDialectHasItsOwnQuotes() {
    assertThat(read(Dialect.MYSQL, "SELECT \"a\", 'b', `c` # 'd'")).containsExactly("a", "b");
    assertThat(read(Dialect.SQLSERVER, "SELECT N'a', [b'c']")).containsExactly("a");
  }

  @Test
  void whatComesBeforeABrokenPlaceIsRead() {
    assertThat(read(Dialect.POSTGRES, "SELECT 'a', 'b")).containsExactly("a");
  }
}
