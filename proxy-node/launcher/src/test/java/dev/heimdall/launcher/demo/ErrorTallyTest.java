package dev.heimdall.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class ErrorTallyTest {
  private final ErrorTally tally = new ErrorTally();

  @Test
  void errorsAreCountedByKindTheMostFrequentFirst() {
    tally.add(new SQLException("server is gone\nsecond line", "08006"));
    tally.add("lost orders: 1");
    tally.add(new SQLException("server is gone", "08006"));

    assertThat(tally.total()).isEqualTo(3);
    assertThat(tally.lines()).containsExactly("2 x 08006: server is gone", "1 x lost orders: 1");
  }

  @Test
  void noErrorIsLostWhenThereAreTooManyKinds() {
    for (int i = 0; i < 200; i++) {
      tally.add("kind " + i);
    }

    assertThat(tally.total()).isEqualTo(200);
    assertThat(tally.lines()).hasSizeLessThan(60).first().asString().endsWith("x other errors");
  }
}
