package dev.heimdall.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.share.WritesElsewhere;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TableTrafficTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final List<String> ROWS = List.of("app.public.rows");

  private long now = Long.MAX_VALUE - SECOND;
  private final WritesElsewhere elsewhere = new WritesElsewhere();
  private final TableTraffic traffic = new TableTraffic(5, () -> now);

  private void second(int reads, int writes) {
    for (int i = 0; i < reads; i++) {
      traffic.count(ROWS, List.of(), false, elsewhere);
    }
    for (int i = 0; i < writes; i++) {
      traffic.count(ROWS, ROWS, false, elsewhere);
    }
    now += SECOND;
    traffic.count(List.of("app.public.others"), List.of(), false, elsewhere);
  }

  private boolean often() {
    return traffic.writtenOften(ROWS);
  }

  @Test
  void aTableWithMoreWritesThanMayIsWrittenOften() {
    second(1000, 10);
    assertThat(often()).isFalse();
    second(0, 60);
    assertThat(often()).isTrue();
    assertThat(traffic.writtenOften(List.of("app.public.others"))).isFalse();
    assertThat(traffic.writtenOften(List.of("app.public.others", ROWS.get(0)))).isTrue();
  }

  @Test
  void aFewStatementsSayNothing() {
    second(0, 50);
    assertThat(often()).isFalse();
    second(0, 60);
    assertThat(often()).isTrue();
  }

  @Test
  void whatWasAMinuteAgoCountsLess() {
    second(0, 500); // it is filled
    assertThat(often()).isTrue();
    int seconds = 0;
    while (often()) {
      second(100, 0);
      seconds++;
    }
    assertThat(seconds).isBetween(30, 90);
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
    second(0, 500);
    now += Duration.ofMinutes(10).toNanos();
    second(0, 0);
    assertThat(often()).isFalse();
  }

  @Test
  void aHundredPercentIsNoLimit() {
    TableTraffic none = new TableTraffic(100, () -> now);
    for (int i = 0; i < 1000; i++) {
      none.count(List.of(), ROWS, false, elsewhere);
    }
    now += 2 * SECOND;
    none.count(List.of(), ROWS, false, elsewhere);
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
  void whatIsWrittenByRowsDoesNotCountForResultsByRows() {
    second(100, 0);
    for (int i = 0; i < 20; i++) {
      elsewhere.count(ROWS, Set.copyOf(ROWS));
      traffic.count(List.of(), ROWS, true, elsewhere);
    }
    second(100, 0);
    assertThat(often()).isTrue();
    assertThat(traffic.writtenOften(ROWS, true)).isFalse();
    writtenElsewhere(40);
    second(100, 0);
    assertThat(traffic.writtenOften(ROWS, true)).isTrue();
  }

  @Test
  void anotherCountOfWhatOtherNodesWriteBeginsAnew() {
    writtenElsewhere(500);
    second(100, 0);
    WritesElsewhere next = new WritesElsewhere();
    for (int i = 0; i < 900; i++) {
      next.count(ROWS, Set.of());
    }
    for (int i = 0; i < 3; i++) {
      traffic.count(ROWS, List.of(), false, next);
      now += SECOND;
    }
    traffic.count(ROWS, List.of(), false, next);
    assertThat(often()).isFalse();
  }

  private void writtenElsewhere(int transactions) {
    for (int i = 0; i < transactions; i++) {
      elsewhere.count(ROWS, Set.of());
    }
  }
}
