package dev.heimdall.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.share.WritesElsewhere;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTrafficTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final List<String> ROWS = List.of("app.public.rows");

  private long now = Long.MAX_VALUE - SECOND;
  private final WritesElsewhere elsewhere = new WritesElsewhere();
  private final TableTraffic traffic = new TableTraffic(5, () -> now);

  /** Writes have reads between them, as far as there are any. */
  private void second(int reads, int writes) {
    for (int i = 0; i < Math.max(reads, writes); i++) {
      if (i < reads) {
        traffic.count(ROWS, List.of(), elsewhere);
      }
      if (i < writes) {
        traffic.count(ROWS, ROWS, elsewhere);
      }
    }
    now += SECOND;
    traffic.count(List.of("app.public.others"), List.of(), elsewhere);
  }

  private boolean often() {
    return traffic.writtenOften(ROWS);
  }

  @Test
  void aTableWithMoreWritesThanMayIsWrittenOften() {
    second(1000, 10);
    assertThat(often()).isFalse();
    second(100, 90);
    assertThat(often()).isTrue();
    assertThat(traffic.writtenOften(List.of("app.public.others"))).isFalse();
    assertThat(traffic.writtenOften(List.of("app.public.others", ROWS.get(0)))).isTrue();
  }

  @Test
  void aFewStatementsSayNothing() {
    second(45, 45);
    assertThat(often()).isFalse();
    second(60, 60);
    assertThat(often()).isTrue();
  }

  @Test
  void writesWithoutAReadBetweenThemCountAsOne() {
    second(200, 0);
    second(0, 5_000); // it is filled
    assertThat(often()).isFalse();
    second(100, 30);
    assertThat(often()).isTrue();
  }

  @Test
  void whatWasSecondsAgoCountsLess() {
    second(500, 500);
    assertThat(often()).isTrue();
    int seconds = 0;
    while (often()) {
      second(100, 0);
      seconds++;
    }
    assertThat(seconds).isBetween(3, 20);
    for (int i = 0; i < 500; i++) {
      second(100, 2);
      assertThat(often()).describedAs("2 percent are few").isFalse();
    }
  }

  @Test
  void aShareAboutTheLimitDoesNotMakeItChangeEachTime() {
    second(1000, 100);
    int changes = 0;
    boolean before = often();
    for (int i = 0; i < 600; i++) {
      second(100, i % 4 < 2 ? 4 : 6);
      changes += often() == before ? 0 : 1;
      before = often();
    }
    assertThat(changes).isLessThanOrEqualTo(1);
  }

  @Test
  void aTableThatRestsIsForgotten() {
    second(500, 500);
    assertThat(often()).isTrue();
    now += Duration.ofMinutes(10).toNanos();
    second(0, 0);
    assertThat(often()).isFalse();
  }

  @Test
  void aHundredPercentIsNoLimit() {
    TableTraffic none = new TableTraffic(100, () -> now);
    for (int i = 0; i < 1000; i++) {
      none.count(ROWS, List.of(), elsewhere);
      none.count(List.of(), ROWS, elsewhere);
    }
    now += 2 * SECOND;
    none.count(List.of(), ROWS, elsewhere);
    assertThat(none.writtenOften(ROWS)).isFalse();
  }

  @Test
  void whatOtherNodesWriteCounts() {
    writtenElsewhere(500);
    second(100, 0); // nobody knows when that was
    assertThat(often()).isFalse();
    writtenElsewhere(4);
    second(100, 0);
    assertThat(often()).isFalse();
    writtenElsewhere(20);
    second(100, 0);
    assertThat(often()).isTrue();
    assertThat(traffic.writtenOften(List.of("app.public.others"))).isFalse();
  }

  @Test
  void anotherCountOfWhatOtherNodesWriteBeginsAnew() {
    writtenElsewhere(500);
    second(100, 0);
    WritesElsewhere next = new WritesElsewhere();
    for (int i = 0; i < 900; i++) {
      next.count(ROWS);
    }
    for (int i = 0; i < 3; i++) {
      traffic.count(ROWS, List.of(), next);
      now += SECOND;
    }
    traffic.count(ROWS, List.of(), next);
    assertThat(often()).isFalse();
  }

  private void writtenElsewhere(int transactions) {
    for (int i = 0; i < transactions; i++) {
      elsewhere.count(ROWS);
    }
  }
}
