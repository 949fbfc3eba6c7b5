package dev.heimdall.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.sql.PostgresClassifier;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A text is understood where all ways agree in which its server may read it. */
class PossibleReadingsTest {
  private static LexerMode postgres(String sql) {
    byte[] text = ("xx" + sql).getBytes(StandardCharsets.UTF_8);
    return new PossibleReadings(PostgresSql.DIALECT)
        .of(text, 2, text.length - 2, List.of(LexerMode.STANDARD, LexerMode.ESCAPES));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SELECT 'a', \"b\\\", $$\\'$$ FROM t -- \\'",
        "SELECT 1 /* '\\' */",
        "SELECT 'it''s' AS \"x\\\""
      })
  void whatHasNoBackslashInAPlainLiteralIsCertain(String sql) {
    assertThat(postgres(sql)).isEqualTo(LexerMode.STANDARD);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT '\\'' , (select count(*) from orders) --'",
        "SELECT 'a\\b'",
        "SELECT E'a', 'b\\', 'c'",
        "SELECT 'a\\"
      })
  void whatHasOneIsNotUnderstood(String sql) {
    LexerMode mode = postgres(sql);
    assertThat(mode.doubtful()).isTrue();
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    StatementFacts facts = new PostgresClassifier().classify(text, 0, text.length, mode);
    assertThat(facts).isEqualTo(StatementFacts.DOUBTFUL);
    ParsedStatement parsed = PostgresSql.DIALECT.parse(sql, mode);
    assertThat(parsed.understood()).isFalse();
    assertThat(parsed.kind()).isEqualTo(StatementClass.UNKNOWN);
  }
}
