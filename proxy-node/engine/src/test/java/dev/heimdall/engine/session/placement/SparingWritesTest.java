package dev.heimdall.engine.session.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.share.SparedTables;
import dev.heimdall.engine.sql.WrittenRows;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SparingWritesTest {
  private final SparingWrites sparing = new SparingWrites();

  private void write(String table, long young, String... before) {
    sparing.written(List.of(table), young, Set.of(before)::contains);
  }

  private Map<String, Long> of(String... tables) {
    return sparing.of(List.of(tables), new WrittenRows()).nanos();
  }

  @Test
  void theLeastThatOneStatementWantsCounts() {
    write("a", SparedTables.ALL);
    write("a", 7);
    write("a", 9);
    write("b", SparedTables.ALL);
    assertThat(of("a", "b", "c")).isEqualTo(Map.of("a", 7L, "b", SparedTables.ALL));
    assertThat(of("b")).containsOnlyKeys("b");
    write("a", -3);
    write("b", 0);
    assertThat(of("a", "b")).isEqualTo(Map.of("a", -3L));
    assertThat(sparing.spares("a")).isFalse();
    write("a", SparedTables.ALL);
    assertThat(sparing.spares("a")).isFalse();
  }

  @Test
  void whatWasWrittenBeforeWithoutARuleIsNotSpared() {
    write("a", SparedTables.ALL, "a");
    write("b", SparedTables.ALL, "a");
    assertThat(of("a", "b")).containsOnlyKeys("b");
    assertThat(sparing.spares("a")).isFalse();
    assertThat(sparing.spares("b")).isTrue();
  }

  @Test
  void nothingIsLeftOfWhatWasNoted() {
    write("a", 5);
    sparing.clear();
    assertThat(sparing.isEmpty()).isTrue();
    assertThat(sparing.of(List.of("a"), new WrittenRows())).isSameAs(SparedTables.NONE);
  }
}
