package dev.heimdall.engine.dialect.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.LexerMode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpecialInputTest {
  private static boolean isInLiteral(String sql) {
    byte[] text = ("  " + sql + "now").getBytes(StandardCharsets.UTF_8);
    return SpecialInput.isInLiteral(text, 2, text.length - 5, LexerMode.STANDARD);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'now'",
        "' NOW '",
        "'today 12:00'",
        "'12:00today'",
        "'Tomorrow'",
        "'yesterday UTC'",
        "'{now}'",
        "'{\"2026-01-01\",\"now\"}'",
        "'{n\\ow}'",
        "'(1,\"to\\day\")'",
        "'(no\"w\")'",
        "'[\"no\\\\w\",)'",
        "E'n\\x6fw'",
        "E'n\\157w'",
        "e'\\u006eow'",
        "U&'n\\006fw'",
        "u&'n!006fw' UESCAPE '!'",
        "'no'\n'w'",
        "'no' -- goes on\n  'w'",
        "$$now$$",
        "$a$today$a$",
        "N'now'",
      })
  void wordsForTheMomentAreFound(String literal) {
    assertThat(isInLiteral("SELECT " + literal)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "now()",
        "count(*) AS today FROM yesterday",
        "'known', 'nowhere', 'snow', 'todays', 'epoch', 'infinity'",
        "1 -- now",
        "/* today */ 'x'",
        "\"now\"",
        "'a\\b'",
        "E'a\\tb'",
        "'no', 'w'",
      })
  void othersAreNot(String sql) {
    assertThat(isInLiteral("SELECT " + sql)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"now", "\0\0\0\3NOW\0", "\1to\"d\"ay\2", "é now é"})
  void valuesAreLookedThroughInWhateverFormat(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    assertThat(SpecialInput.isIn(bytes, 0, bytes.length)).isTrue();
  }
}
