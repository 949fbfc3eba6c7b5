package dev.heimdall.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RunHistoryTest {
  private static final long MOST = 1000;
  private static final long WINDOW = TimeUnit.MINUTES.toNanos(5);

  private final RunHistory history = new RunHistory();

  private void ran(int times, long nanos) {
    for (int i = 0; i < times; i++) {
      history.ran(nanos, true, 10, 0, MOST);
    }
  }

  @Test
  void theBestIsOfThoseThatHadAConnectionToThemselves() {
    history.ran(500, true, 10, 0, MOST);
    history.ran(20, false, 10, 0, MOST);
    history.ran(400, true, 10, 0, MOST);

    assertThat(history.bestNanos()).isEqualTo(400);
    assertThat(history.runs()).isEqualTo(3);
  }

  @Test
  void aBestTimeIsForgottenAfterTwoWindows() {
    history.ran(100, true, 10, 0, MOST);
    history.ran(300, true, 10, WINDOW + 1, MOST);
    assertThat(history.bestNanos()).isEqualTo(100);

    history.ran(200, true, 10, 2 * WINDOW + 2, MOST);
    assertThat(history.bestNanos()).isEqualTo(200);
  }

  @Test
  void nowAndThenOneMayTakeLong() {
    for (int i = 0; i < 100; i++) {
      ran(99, 10);
      ran(1, MOST + 1);
      assertThat(history.oftenLong()).isFalse();
    }
  }

  @Test
  void moreThanOneInSixtyIsTooOftenAndIsForgottenInTime() {
    for (int i = 0; i < 100; i++) {
      ran(29, 10);
      ran(1, MOST + 1);
    }
    assertThat(history.oftenLong()).isTrue();

    ran(1000, 10);
    assertThat(history.oftenLong()).isFalse();
  }

  @Test
  void theLargestAnswerIsKept() {
    history.ran(10, true, 500, 0, MOST);
    history.ran(10, true, 20, 0, MOST);
    assertThat(history.largest()).isEqualTo(500);

    history.grew(900);
    assertThat(history.largest()).isEqualTo(900);
  }
}
