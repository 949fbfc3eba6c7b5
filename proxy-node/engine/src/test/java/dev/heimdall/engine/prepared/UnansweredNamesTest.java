package dev.heimdall.engine.prepared;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class UnansweredNamesTest {
  private final UnansweredNames names = new UnansweredNames();

  private static byte[] name(long number) {
    return ("s" + number).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aNameIsUnansweredUntilItsGroupIs() {
    names.add(name(1), 7, 5);

    assertThat(names.contains(name(1), 5)).isTrue();
    assertThat(names.contains(name(1), 7)).isTrue();
    assertThat(names.contains(name(1), 8)).isFalse();
    assertThat(names.contains(name(2), 5)).isFalse();

    names.clear();
    assertThat(names.contains(name(1), 5)).isFalse();
  }

  @Test
  void thoseThatAreAnsweredDoNotAddUp() {
    for (long group = 0; group < 100_000; group++) {
      names.add(name(group), group, group - 10);
    }

    assertThat(names.size()).isLessThan(1000);
    for (long group = 99_990; group < 100_000; group++) {
      assertThat(names.contains(name(group), 99_989)).isTrue();
    }
  }

  @Test
  void noneIsForgottenBeforeItIsAnswered() {
    for (long group = 0; group < 10_000; group++) {
      names.add(name(group), group, 0);
    }

    for (long group = 0; group < 10_000; group++) {
      assertThat(names.contains(name(group), 0)).isTrue();
    }
  }
}
