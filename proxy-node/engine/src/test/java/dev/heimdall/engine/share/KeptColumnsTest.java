package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.RowKeys;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeptColumnsTest {
  private final KeptColumns columns = new KeptColumns();

  private void kept(String table, String column) {
    columns.add(Map.of(table, RowKeys.of(table, Map.of(column, new int[] {1}))));
  }

  @Test
  void aTableHasTheColumnsByWhichResultsWereKept() {
    assertThat(columns.of("app.t")).isEmpty();
    kept("app.t", "id");
    kept("app.t", "id");
    kept("app.t", "name");
    kept("app.other", "k");
    assertThat(columns.of("app.t")).containsExactly("id", "name");
  }

  @Test
  void itHasNoMoreOfThemThanAreCounted() {
    for (int i = 0; i < 10; i++) {
      kept("app.t", "c" + i);
    }
    assertThat(columns.of("app.t")).containsExactly("c0", "c1", "c2", "c3");
  }

  @Test
  void beyondTheBoundTablesHaveNone() {
    for (int i = 0; i <= 1_000; i++) {
      kept("app.t" + i, "id");
    }
    kept("app.t0", "name");
    assertThat(columns.of("app.t0")).containsExactly("id", "name");
    assertThat(columns.of("app.t999")).containsExactly("id");
    assertThat(columns.of("app.t1000")).isEmpty();
  }
}
