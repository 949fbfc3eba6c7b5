package dev.heimdall.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class StatementTableTest {
  @Test
  void whatWasPutIsFoundUnderBothHalvesOfItsName() {
    StatementTable<String> table = new StatementTable<>(64);
    table.put(0, 0, "zero");
    table.put(1, 0, "one");
    table.put(1, 0, "uno");
    assertThat(table.get(0, 0)).isEqualTo("zero");
    assertThat(table.get(1, 0)).isEqualTo("uno");
    assertThat(table.get(0, 1)).isNull();
    assertThat(table.size()).isEqualTo(2);
    table.clear();
    assertThat(table.get(0, 0)).isNull();
    assertThat(table.size()).isZero();
  }

  @Test
  void staysBoundedAndKeepsWhatIsAskedFor() {
    StatementTable<Integer> table = new StatementTable<>(1000);
    assertThat(table.capacity()).isEqualTo(1024);
    Random random = new Random(1);
    table.put(42, 42, -1);
    for (int i = 0; i < 100_000; i++) {
      table.put(random.nextLong(), random.nextLong(), i);
      assertThat(table.get(42, 42)).isEqualTo(-1);
    }
    assertThat(table.size()).isEqualTo(1024);
  }

  @Test
  void aCapacityOutOfRangeIsRefused() {
    assertThatThrownBy(() -> new StatementTable<>(7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8 to 16777216")
        .hasMessageContaining("7");
    assertThat(new StatementTable<>(8).capacity()).isEqualTo(8);
  }
}
