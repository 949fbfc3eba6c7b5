package dev.heimdall.engine.dialect.mysql.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PlaceholderText;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StandardTextTest {
  private static final LexerMode ANSI = new LexerMode(false, true, false);

  private static Optional<String> of(String text, LexerMode mode) {
    return StandardText.of(text.getBytes(StandardCharsets.UTF_8), mode).map(PlaceholderText::text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '^',
      value = {
        "SELECT 'a' ~ SELECT 'a'",
        "SELECT 'it\\'s', 'it''s', \"it's \\\" \"\"\" ~ SELECT 'it''s', 'it''s', 'it''s \" \"'",
        "SELECT 'a\\\\' ~ SELECT 'a\\'",
        "SELECT 'a\\%\\_\\q' ~ SELECT 'a\\%\\_q'",
        "SELECT 'a' 'b' \"c\", 'd' ~ SELECT 'abc', 'd'",
        "SELECT `a``b\"c` FROM `t`.`u` ~ SELECT \"a`b\"\"c\" FROM \"t\".\"u\"",
        "SELECT x'0aFF', b'01' ~ SELECT CAST('\\x0aFF' AS bytea), B'01'",
        "SELECT _utf8mb4'a', _binary 'a\\0', _other ~"
            + " SELECT 'a', CAST('\\x6100' AS bytea), _other",
        "SELECT N'a' ~ SELECT 'a'",
        "SELECT 1--1 - -2 ~ SELECT 1- -1 - -2",
        "SELECT 1 -- ' ~ SELECT 1",
        "SELECT /* ' /* */ 1 # ? ~ SELECT 1",
        "SELECT a$b, ?, '?', ? ~ SELECT a$b, ? , '?', ?",
      })
  void literalsAndNamesStayWhatTheyAre(String text, String standard) {
    assertThat(of(text, MysqlSql.USUAL_MODE).map(found -> found.strip().replaceAll(" +", " ")))
        .contains(standard);
  }

  @Test
  void whatEscapesDependsOnTheSession() {
    assertThat(of("SELECT \"a\\\", 'b\\'", ANSI)).contains("SELECT \"a\\\", 'b\\'");
    assertThat(of("SELECT 'a' || \"b\"", ANSI)).contains("SELECT 'a' || \"b\"");
  }

  @Test
  void questionMarksAreCounted() {
    byte[] text = "SELECT ?, '?', ? -- ?".getBytes(StandardCharsets.UTF_8);
    assertThat(StandardText.of(text, MysqlSql.USUAL_MODE).orElseThrow().numbers())
        .containsExactly(1, 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 'a",
        "SELECT /*! 1 */",
        "SELECT /*M!100100 1 */",
        "SELECT 'a\\0'",
        "SELECT 1\0",
        "SELECT $$a$$",
        "SELECT 1$$ 'a'",
        "SELECT x'0'",
        "SELECT b'\\'",
        "SELECT /* a",
      })
  void whatCannotBeSpelledIsNone(String text) {
    assertThat(of(text, MysqlSql.USUAL_MODE)).isEmpty();
  }

  @Test
  void otherEncodingsAreNotGuessedAt() {
    byte[] latin = "SELECT 'gr\u00fcn'".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(StandardText.of(latin, MysqlSql.USUAL_MODE)).isEmpty();
    assertThat(of("SELECT 1", new LexerMode(true, false, true))).isEmpty();
  }
}
