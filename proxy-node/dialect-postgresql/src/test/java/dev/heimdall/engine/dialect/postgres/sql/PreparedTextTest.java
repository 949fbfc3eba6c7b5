package dev.heimdall.engine.dialect.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.LexerMode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreparedTextTest {
  private static String inside(String afterName) {
    byte[] text = afterName.getBytes(StandardCharsets.UTF_8);
    int begin = PreparedText.begin(text, LexerMode.STANDARD);
    return begin < 0 ? null : new String(text, begin, text.length - begin, StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " AS SELECT 1",
        "as SELECT 1",
        " (int) AS SELECT 1",
        "(numeric(10, 2), text[]) /* AS */ aS SELECT 1",
        " -- AS\n (\"as\") AS SELECT 1"
      })
  void theStatementBeginsBehindTypesAndAs(String afterName) {
    assertThat(inside(afterName)).isEqualTo(" SELECT 1");
  }

  @Test
  void whatHasNoSuchPlaceHasNoStatement() {
    assertThat(inside("")).isNull();
    assertThat(inside(" (int")).isNull();
    assertThat(inside(" SELECT 1 AS a")).isNull();
    assertThat(inside(" 'AS' SELECT")).isNull();
  }
}
