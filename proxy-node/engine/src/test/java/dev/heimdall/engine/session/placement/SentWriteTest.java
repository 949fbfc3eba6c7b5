package dev.heimdall.engine.session.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.StatementRows;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SentWriteTest {
  private static SentWrite write(long group, String table, RowKeys rows) {
    StatementRows of = new StatementRows(rows, null);
    return new SentWrite(
        group, List.of(table), of, false, true, false, true, Defines.NOTHING, null, null, null);
  }

  private static RowKeys rows(int id) {
    return RowKeys.of("a", Map.of("id", new int[] {id}));
  }

  @Test
  void writesOfOneTableInOneGroupAreOneOfAllTheirRows() {
    SentWrite first = write(1, "a", rows(1));
    SentWrite both = write(1, "a", rows(2)).and(first.until(() -> {}));
    assertThat(both.rows().rows()).isEqualTo(RowKeys.of("a", Map.of("id", new int[] {1, 2})));
    assertThat(write(1, "a", rows(2)).and(both).repeats(both)).isTrue();
    assertThat(write(1, "a", null).and(both).rows().rows()).isNull();
    assertThat(both.and(write(1, "a", null)).rows().rows()).isNull();
  }

  @Test
  void othersStayApart() {
    SentWrite first = write(1, "a", rows(1));
    assertThat(first.and(null)).isNull();
    assertThat(write(2, "a", rows(2)).and(first)).isNull();
    assertThat(write(1, "b", null).and(first)).isNull();
  }

  /** However many rows a batch writes, one write is noted of it, and no more rows than are told. */
  @Test
  void aBatchOfManyRowsIsOneWrite() {
    SentWrite all = write(1, "a", rows(0));
    for (int i = 1; i < 1000; i++) {
      all = write(1, "a", rows(i)).and(all);
      assertThat(all).isNotNull();
    }
    assertThat(all.rows().rows()).isNull();
  }
}
