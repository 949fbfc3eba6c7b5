package dev.heimdall.engine.changes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DistanceTest {
  private final List<String> said = new ArrayList<>();
  private long now = 77;
  private final Distance distance =
      new Distance(
          new ChangeReader.Progress() {
            @Override
            public void following() {
              said.add("following");
            }

            @Override
            public void behind(String why) {
              said.add("behind");
            }

            @Override
            public void heard(int tables, boolean news) {}

            @Override
            public void behind(long bytes) {}
          },
          () -> now);

  private void passes(int seconds) {
    now += TimeUnit.SECONDS.toNanos(seconds);
  }

  @Test
  void whoReadsWhatIsWrittenWithinTheTimeIsNotBehind() {
    for (int i = 0; i < 10; i++) {
      distance.at(100L * i, 100L * i + 100);
      passes(5);
    }
    assertThat(said).isEmpty();
  }

  @Test
  void whoHasNotReadItByThenIsBehindUntilItHas() {
    distance.at(0, 100);
    passes(6);
    distance.at(99, 500);
    distance.at(99, 500);
    assertThat(said).containsExactly("behind");
    passes(1);
    distance.at(500, 500);
    assertThat(said).containsExactly("behind");
    passes(1);
    distance.at(500, 500);
    assertThat(said).containsExactly("behind", "following");
  }

  /** What it reads at last is as old as ever. */
  @Test
  void whoReadsOnFromLongAgoStaysBehind() {
    distance.at(0, 100);
    for (int i = 1; i < 5; i++) {
      passes(60);
      distance.at(100L * i, 1000);
      passes(60);
      distance.at(100L * i + 50, 1000);
    }
    assertThat(said).containsExactly("behind");
    distance.at(1000, 1000);
    distance.at(1000, 1000);
    assertThat(said).containsExactly("behind", "following");
  }
}
