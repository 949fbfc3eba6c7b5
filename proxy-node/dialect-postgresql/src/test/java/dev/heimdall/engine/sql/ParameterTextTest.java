package dev.heimdall.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterTextTest {
  private final ParameterText text = new ParameterText(PostgresSql.DIALECT);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "select $1, $2, $1 | select <1>, <2>, <1>",
        "select '$1', \"$1\", $$ $1 $$, $a$ $2 $a$ | select '$1', \"$1\", $$ $1 $$, $a$ $2 $a$",
        "select $1 -- $1 | select <1> -- $1",
        "select /* $1 /* $2 */ $1 */ $2 | select /* $1 /* $2 */ $1 */ <2>",
        "select a$1, é$1 from t where x=$10 | select a$1, é$1 from t where x=<10>",
        "select E'\\' $1', $1 | select E'\\' $1', <1>",
        "select '\\', $1 | select '\\', <1>",
        "select $1::int | select <1>::int"
      })
  void onlyParametersAreReplaced(String sql, String expected) {
    assertThat(text.replaced(sql, LexerMode.STANDARD, n -> "<" + n + ">")).contains(expected);
  }

  @Test
  void whatABackslashMeansDependsOnTheSession() {
    assertThat(text.replaced("select '\\', $1, ' $2'", LexerMode.STANDARD, n -> "x"))
        .contains("select '\\', x, ' $2'");
    assertThat(text.replaced("select '\\', $1, ' $2", LexerMode.ESCAPES, n -> "x"))
        .contains("select '\\', $1, ' x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"select $0", "select $65536", "select $99999999999", "select $2", "select '$1"})
  void aParameterThatCannotBeFailsTheText(String sql) {
    assertThat(text.replaced(sql, LexerMode.STANDARD, n -> n == 1 ? "x" : null)).isEmpty();
  }
}
