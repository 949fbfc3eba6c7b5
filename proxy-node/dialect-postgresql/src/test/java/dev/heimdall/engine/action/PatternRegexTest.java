package dev.heimdall.engine.action;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.Fingerprinter;
import dev.heimdall.engine.sql.LexerMode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatternRegexTest {
  private static Pattern of(String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    String normalised =
        new Fingerprinter(PostgresSql.DIALECT, 1, 2)
            .normalised(text, 0, text.length, LexerMode.STANDARD);
    return Pattern.compile(
        PatternRegex.ofNormalised(normalised, PostgresSql.DIALECT).orElseThrow());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "SELECT a FROM t WHERE b = 1 ~ select  A from T\twhere b='it''s';",
        "SELECT a FROM t WHERE b = $1 ~ SELECT a FROM t WHERE b = -7.5e3",
        "SELECT a FROM t WHERE b IN (1, 2) ~ SELECT a FROM t WHERE b IN (7, 8, 9)",
        "INSERT INTO t(a) VALUES (1, 'x') ~ INSERT INTO t(a) VALUES (1, 'x'), (2, 'y')",
        "SELECT \"A.b*\" FROM \"q\"\"q\" ~ select \"A.b*\" from \"q\"\"q\"",
        "SELECT x::text || 'a' FROM t ~ SELECT x :: text||'b' FROM t",
      })
  void itMatchesTheStatementWithOtherLiterals(String sql, String other) {
    assertThat(of(sql).matches(sql)).isTrue();
    assertThat(of(sql).matches(other)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "SELECT a FROM t WHERE b = 1 ~ SELECT a FROM t WHERE b = 1 OR c = 2",
        "SELECT a FROM t WHERE b = 1 ~ SELECT a FROM t WHERE b = c",
        "SELECT a FROM t WHERE b = 1 ~ SELECT a FROM t2 WHERE b = 1",
        "SELECT a FROM t WHERE b = 1 ~ SELECT a FROM t WHERE b = 1; DROP TABLE t",
        "SELECT a.b FROM t ~ SELECT axb FROM t",
        "SELECT \"A.b*\" FROM t ~ SELECT \"Axb\" FROM t",
        "SELECT \"A.b*\" FROM t ~ SELECT \"a.b*\" FROM t",
      })
  void itMatchesNothingElse(String sql, String other) {
    assertThat(of(sql).matches(sql)).isTrue();
    assertThat(of(sql).matches(other)).isFalse();
  }

  @Test
  void peopleCanReadIt() {
    assertThat(of("SELECT a FROM t JOIN \"U\" USING (id) ORDER BY a").pattern())
        .isEqualTo(
            "(?i)^\\s*select\\s+a\\s+from\\s+t\\s+join\\s*(?-i:\"U\")\\s*using\\s*\\(\\s*id\\s*\\)"
                + "\\s*order\\s+by\\s+a\\s*;?\\s*$");
  }

  @Test
  void aTextThatBreaksOffHasNone() {
    assertThat(PatternRegex.ofNormalised("create user a password …", PostgresSql.DIALECT))
        .isEmpty();
    assertThat(PatternRegex.ofNormalised("(a text of 9000 bytes)", PostgresSql.DIALECT)).isEmpty();
  }
}
