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

    assertThat(names.get(name(1), 5)).isNotNull();
    assertThat(names.get(name(1), 7)).isNotNull();
    assertThat(names.get(name(1), 8)).isNull();
    assertThat(names.get(name(2), 5)).isNull();

    names.clear();
    assertThat(names.get(name(1), 5)).isNull();
  }

  @Test
  void thoseThatAreAnsweredDoNotAddUp() {
    for (long group = 0; group < 100_000; group++) {
      names.add(name(group), group, group - 10);
    }

    assertThat(names.size()).isLessThan(1000);
    for (long group = 99_990; group < 100_000; group++) {
      assertThat(names.get(name(group), 99_989)).isNotNull();
    }
  }

  @Test
  void noneIsForgottenBeforeItIsAnswered() {
    for (long group = 0; group < 10_000; group++) {
      names.add(name(group), group, 0);
    }

    for (long group = 0; group < 10_000; group++) {
      assertThat(names.get(name(group), 0)).isNotNull();
    }
  }
}
