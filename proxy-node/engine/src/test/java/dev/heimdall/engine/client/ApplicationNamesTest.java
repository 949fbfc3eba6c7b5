package dev.heimdall.engine.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ApplicationNamesTest {
  private static final long IDLE = 1_000;

  private final ApplicationNames names = new ApplicationNames();

  @Test
  void thereAreNoMoreNamesThanSlots() {
    assertThat(names.take("shop", 2, IDLE, 0)).isTrue();
    assertThat(names.take("report", 2, IDLE, 1)).isTrue();
    assertThat(names.take("greedy", 2, IDLE, 2)).isFalse();
    assertThat(names.take("shop", 2, IDLE, 3)).isTrue();
  }

  @Test
  void theNameWhoseLastLogInIsLongAgoYields() {
    names.take("shop", 2, IDLE, 0);
    names.take("report", 2, IDLE, 1);
    names.take("shop", 2, IDLE, 900);

    assertThat(names.take("next", 2, IDLE, 1_000)).isFalse();
    assertThat(names.take("next", 2, IDLE, 1_001)).isTrue();
    assertThat(names.take("report", 2, IDLE, 1_002)).isFalse();
    assertThat(names.take("shop", 2, IDLE, 1_003)).isTrue();
  }

  @Test
  void fewerSlotsKeepTheNamesThatLoggedInLast() {
    names.take("shop", 3, IDLE, 0);
    names.take("report", 3, IDLE, 1);
    names.take("batch", 3, IDLE, 2);

    assertThat(names.take("shop", 1, IDLE, 3)).isFalse();
    assertThat(names.take("batch", 1, IDLE, 4)).isTrue();
    assertThat(names.take("batch", 0, IDLE, 5)).isFalse();
  }
}
