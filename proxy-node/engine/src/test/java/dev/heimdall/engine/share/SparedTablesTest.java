package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.Position;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SparedTablesTest {
  private static final List<String> ROWS = List.of("app.rows");
  private static final List<String> BOTH = List.of("app.rows", "app.others");
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final WritePositions positions =
      new WritePositions(() -> CompletableFuture.completedFuture(Position.NONE));

  private void write(List<String> tables, long young) {
    positions.committed(
        tables, false, Position.NONE, new SparedTables(Map.of(tables.get(0), young)));
  }

  private static long ago(long nanos) {
    return System.nanoTime() - nanos;
  }

  @Test
  void aWriteThatSparesAllOutdatesNothing() {
    long before = positions.noted();
    write(ROWS, SparedTables.ALL);
    assertThat(positions.unwrittenSince(before, ROWS)).isTrue();
    assertThat(positions.unwrittenSince(before, ago(MINUTE), ROWS)).isTrue();
  }

  @Test
  void replicasHaveToHaveItAllTheSame() {
    WriteMark mark =
        positions.committed(
            ROWS, false, Position.NONE, new SparedTables(Map.of("app.rows", SparedTables.ALL)));
    assertThat(positions.last(ROWS)).isSameAs(mark);
  }

  @Test
  void tablesThatAreNotSparedAreOutdated() {
    long before = positions.noted();
    write(BOTH, SparedTables.ALL);
    assertThat(positions.unwrittenSince(before, ROWS)).isTrue();
    assertThat(positions.unwrittenSince(before, List.of("app.others"))).isFalse();
  }

  @Test
  void aWriteThatSparesAllDoesNotMakeUpForOneBefore() {
    long before = positions.noted();
    positions.committed(ROWS, false);
    write(ROWS, SparedTables.ALL);
    assertThat(positions.unwrittenSince(before, ROWS)).isFalse();
    assertThat(positions.unwrittenSince(positions.noted(), ROWS)).isTrue();
    write(ROWS, SparedTables.ALL);
    positions.committed(ROWS, false);
    assertThat(positions.unwrittenSince(positions.noted() - 1, ROWS)).isFalse();
  }

  @Test
  void onlyWhatIsYoungerStays() {
    long before = positions.noted();
    write(ROWS, MINUTE);
    assertThat(positions.unwrittenSince(before, ago(MINUTE / 2), ROWS)).isTrue();
    assertThat(positions.unwrittenSince(before, ago(2 * MINUTE), ROWS)).isFalse();
    write(ROWS, 3 * MINUTE);
    assertThat(positions.unwrittenSince(before, ago(2 * MINUTE), ROWS))
        .describedAs("the write before let go of it")
        .isFalse();
    write(ROWS, MINUTE / 4);
    assertThat(positions.unwrittenSince(before, ago(MINUTE / 2), ROWS)).isFalse();
    write(ROWS, SparedTables.ALL);
    assertThat(positions.unwrittenSince(before, ago(MINUTE / 2), ROWS)).isFalse();
    assertThat(positions.unwrittenSince(before, ago(0), ROWS)).isTrue();
  }

  @Test
  void aNegativeTimeKeepsNewOnesOut() {
    write(ROWS, -MINUTE);
    assertThat(positions.unwrittenSince(positions.noted(), ROWS)).isFalse();
    assertThat(positions.unwrittenSince(positions.noted(), List.of("app.others"))).isTrue();
    positions.otherWriter();
    assertThat(positions.unwrittenSince(positions.noted(), ROWS)).isFalse();
    write(List.of("app.others"), -1);
    long noted = positions.noted();
    while (!positions.unwrittenSince(noted, List.of("app.others"))) {
      Thread.onSpinWait();
    }
  }

  @Test
  void otherNodesReadIt() {
    SparedTables spared = new SparedTables(Map.of("app.rows", 5L, "app.others", -6L));
    List<String> told = List.copyOf(spared.marked(List.of("app.rows", "app.others", "app.third")));
    assertThat(told).contains("app.rows", "app.others", "app.third");
    assertThat(SparedTables.tables(told)).containsExactly("app.rows", "app.others", "app.third");
    assertThat(SparedTables.read(told)).isEqualTo(spared);
    assertThat(SparedTables.read(BOTH)).isEqualTo(SparedTables.NONE);
    assertThat(SparedTables.read(List.of("\1", "\1x\1app.rows", "\1\1")))
        .isEqualTo(SparedTables.NONE);
  }
}
