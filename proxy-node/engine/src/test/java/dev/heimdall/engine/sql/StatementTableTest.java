package dev.heimdall.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
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
  void whatWeighsTooMuchTogetherLosesWhatNobodyAsksFor() {
    List<Integer> dropped = new ArrayList<>();
    StatementTable<Integer> table = new StatementTable<>(1024, 1000, dropped::add);
    Random random = new Random(1);
    table.put(42, 42, -1, 100);
    for (int i = 0; i < 1000; i++) {
      table.put(random.nextLong(), random.nextLong(), i, 100);
      assertThat(table.get(42, 42)).isEqualTo(-1);
      assertThat(table.weight()).isLessThanOrEqualTo(1000);
    }
    assertThat(table.size()).isEqualTo(10);
    assertThat(dropped).hasSize(991).doesNotContain(-1);
    assertThat(table.evictions()).isEqualTo(991);
  }

  @Test
  void aValueThatGrowsMakesRoomAndGoesItselfWhenItIsTooLarge() {
    List<String> dropped = new ArrayList<>();
    StatementTable<String> table = new StatementTable<>(64, 1000, dropped::add);
    table.put(1, 1, "other", 500);
    table.put(2, 2, "grows", 500);

    table.reweigh(2, 2, "grows", 900);
    assertThat(table.get(1, 1)).isNull();
    assertThat(table.get(2, 2)).isEqualTo("grows");
    table.reweigh(2, 2, "grows", 1001);
    assertThat(table.get(2, 2)).isNull();
    assertThat(dropped).containsExactly("other", "grows");
    assertThat(table.weight()).isZero();
    assertThat(table.size()).isZero();
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
