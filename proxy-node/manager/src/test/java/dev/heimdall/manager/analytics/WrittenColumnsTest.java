package dev.heimdall.manager.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WrittenColumnsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "update goods set stock = ? where id = ?",
        "update goods set stock = stock + ? where \"id\" in(?, ?)",
        "delete from goods where goods.id = ? and kind > ?",
        "insert into goods(id, name) values(?, ?)",
        "insert into goods values(?, ?)"
      })
  void rowsAreKnownByTheColumn(String write) {
    assertThat(WrittenColumns.has(write, List.of("id", "other"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update goods set stock = ?",
        "update goods set id = ? where id = ?",
        "update goods set id2 = ? where id2 = ?",
        "update goods set stock = ? where id > ?",
        "delete from goods where kind = ?",
        "insert into goods(name) values(?)",
        "insert into goods select * from other"
      })
  void rowsAreNotKnownByTheColumn(String write) {
    assertThat(WrittenColumns.has(write, List.of("id", "other"))).isFalse();
  }
}
