package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.RowKeys;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeyGroupsTest {
  private static final int ROOM = 250;
  private static final int KEYS = 10_000;

  private static RowKeys row(int value) {
    return RowKeys.of("t", Map.of("id", new int[] {value}));
  }

  /** Numbers of values as they are told apart: 31 bits. */
  private static int[] values(int count) {
    return new SplittableRandom(1).ints(count, 0, Integer.MAX_VALUE).toArray();
  }

  private static long written(KeyGroups groups, int[] values, int room) {
    long number = 0;
    for (int value : values) {
      groups.written(row(value), ++number, number - 1, room - groups.weight());
    }
    return number;
  }

  private static long outdated(KeyGroups groups, int[] values, int from, long count) {
    long found = 0;
    for (int i = from; i < values.length; i++) {
      found += groups.outdated(row(values[i]), count) ? 1 : 0;
    }
    return found;
  }

  @Test
  void manyWrittenKeysLeaveMostOthers() {
    KeyGroups groups = new KeyGroups(0);
    int[] values = values(2 * KEYS);
    long number = written(groups, java.util.Arrays.copyOf(values, KEYS), ROOM);
    // A round of writes more, as those before the division count for both halves.
    for (int i = 0; i < KEYS; i++) {
      groups.written(row(values[i]), ++number, number - 1, 0);
    }
    assertThat(outdated(groups, values, KEYS, KEYS)).isLessThan(KEYS / 4);
  }

  @Test
  void whatWasWrittenIsOutdatedBehindDivisionsToo() {
    KeyGroups groups = new KeyGroups(0);
    int[] values = values(KEYS);
    for (int i = 0; i < KEYS; i++) {
      groups.written(row(values[i]), i + 1, i, ROOM - groups.weight());
    }
    for (int i = 0; i < KEYS; i++) {
      assertThat(groups.outdated(row(values[i]), i)).isTrue();
    }
    assertThat(outdated(groups, values, 0, KEYS)).isZero();
    assertThat(groups.weight()).isGreaterThan(1);
  }

  @Test
  void memoryIsBoundedByTheRoomThatThereIs() {
    KeyGroups groups = new KeyGroups(0);
    written(groups, values(20 * KEYS), ROOM);
    assertThat(groups.weight()).isEqualTo(KeyGroups.MOST_GROUPS / KeyGroups.GROUPS);
    KeyGroups poor = new KeyGroups(0);
    written(poor, values(KEYS), 1);
    assertThat(poor.weight()).isEqualTo(1);
    KeyGroups none = new KeyGroups(0);
    none.written(row(5), 1, 0, 0);
    assertThat(none.weight()).isZero();
    assertThat(none.outdated(row(6), 0)).isTrue();
  }
}
