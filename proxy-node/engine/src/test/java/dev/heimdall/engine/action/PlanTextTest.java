package dev.heimdall.engine.action;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Filter: (s = 'it''s'::text) | Filter: (s = '?'::text)",
        "Index Cond: (id = 5) | Index Cond: (id = ?)",
        "Filter: ((a > -5.5) AND (f(1, a) < 3)) | Filter: ((a > ?) AND (f(?, a) < ?))",
        "Seq Scan on t  (cost=0.00..35.50 rows=10 width=4) | Seq Scan on t  (cost=0.00..35.50 rows=10 width=4)",
        "\"Plan Rows\": 10, \"Filter\": \"(id = 5)\" | \"Plan Rows\": 10, \"Filter\": \"(id = ?)\"",
        "<Filter>(id &lt; 5)</Filter><Plan-Rows>5</Plan-Rows> | <Filter>(id &lt; ?)</Filter><Plan-Rows>5</Plan-Rows>",
        "Index Cond: (id = $1) | Index Cond: (id = $1)",
        "Filter: (l = ANY ('{1,2}'::integer[])) | Filter: (l = ANY ('?'::integer[]))"
      })
  void valuesAreMaskedAndCostsAreNot(String plan, String masked) {
    assertThat(PlanText.masked(plan)).isEqualTo(masked);
  }
}
