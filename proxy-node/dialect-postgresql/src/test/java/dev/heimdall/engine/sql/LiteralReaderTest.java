package dev.heimdall.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiteralReaderTest {
  private static java.util.Set<String> read(String sql) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    return new LiteralReader(PostgresSql.DIALECT).read(bytes, 0, bytes.length, LexerMode.STANDARD);
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
        "SELECT 'ä'|ä",
        "SELECT E'Ber\\x6cin'|Berlin",
        "SELECT e'\\102er\\154\\x69n'|Berlin",
        "SELECT E'\\u0042erl\\U00000069n'|Berlin",
        "SELECT E'\\ud83d\\ude00'|\ud83d\ude00",
        "SELECT E'\\xc3\\xa4'|ä",
        "SELECT E'it''s \\'x\\''|it's 'x'",
        "SELECT U&'Berlin'|Berlin",
        "SELECT U&'\\0042er\\+00006cin'|Berlin",
        "SELECT u&'!0042erlin' UESCAPE '!'|Berlin",
        "SELECT U&'it''s'|it's",
        "SELECT 'Ber'~  'lin'|Berlin",
        "SELECT 'Ber' -- more~ -- and more~ 'l' ~ 'in'|Berlin",
        "SELECT E'Ber'~'\\x6cin'|Berlin",
        "SELECT U&'Ber'~'\\006cin'|Berlin"
      })
  void theValueOfALiteralIsRead(String sql, String value) {
    assertThat(read(sql.replace('~', '\n'))).containsExactly(value);
  }

  @Test
  void whatFollowsALiteralWithEscapesIsReadToo() {
    assertThat(read("SELECT U&'a' 'b', U&'c' uescape '!', 'd'"))
        .containsExactlyInAnyOrder("a", "b", "c", "d");
  }

  @Test
  void aBackslashIsAnEscapeWhereTheSessionSaysSo() {
    byte[] sql = "SELECT 'Ber\\x6cin'".getBytes(StandardCharsets.UTF_8);
    assertThat(new LiteralReader(PostgresSql.DIALECT).read(sql, 0, sql.length, LexerMode.ESCAPES))
        .containsExactly("Berlin");
  }

  @Test
  void whatComesBeforeABrokenPlaceIsRead() {
    assertThat(read("SELECT 'a', 'b")).containsExactly("a");
  }
}
