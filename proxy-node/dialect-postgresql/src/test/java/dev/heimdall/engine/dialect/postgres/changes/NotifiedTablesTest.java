package dev.heimdall.engine.dialect.postgres.changes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NotifiedTablesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "nothing",
      value = {
        "invalidate-trigger,app.public.item,17 | app.item",
        "invalidate-trigger,app.shop.item,17 | app.shop.item",
        "invalidate-trigger,app.shop.a,b,17 | app.shop.a,b",
        "invalidate-trigger,other.shop.item,17 | nothing",
        "invalidate-trigger,app.item,17 | nothing",
        "invalidate-trigger,17 | nothing",
        "something else | nothing",
        "'' | nothing",
      })
  void aTableIsSpelledAsTheCatalogueDoes(String payload, String table) {
    assertThat(NotifiedTables.table(payload, "app")).isEqualTo(table);
  }
}
