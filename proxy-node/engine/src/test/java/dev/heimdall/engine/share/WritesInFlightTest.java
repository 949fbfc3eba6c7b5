package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.wire.Position;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WritesInFlightTest {
  private final WritesInFlight inFlight = new WritesInFlight();

  @Test
  void aTableIsInFlightUntilTheLastCommitIsOver() {
    Runnable first = inFlight.begin(List.of("a", "b"), false, Map.of());
    Runnable second = inFlight.begin(List.of("a"), false, Map.of());
    first.run();
    first.run();
    assertThat(inFlight.any(List.of("b"), Map.of())).isFalse();
    assertThat(inFlight.any(List.of("c", "a"), Map.of())).isTrue();
    second.run();
    assertThat(inFlight.any(List.of("a"), Map.of())).isFalse();
  }

  @Test
  void whatMayWriteAnythingIsInFlightEverywhere() {
    Runnable over = inFlight.begin(List.of(), true, Map.of());
    assertThat(inFlight.any(List.of("a"), Map.of())).isTrue();
    over.run();
    assertThat(inFlight.any(List.of("a"), Map.of())).isFalse();
  }

  @Test
  void whatWasReadBeforeIsNotTakenForUnwrittenMeanwhile() {
    WritePositions positions =
        new WritePositions(() -> CompletableFuture.completedFuture(Position.NONE));
    long read = positions.noted();
    assertThat(positions.unwrittenSince(read, List.of("a"))).isTrue();
    Runnable over = positions.committing(List.of("a"), false);
    assertThat(positions.unwrittenSince(read, List.of("a"))).isFalse();
    assertThat(positions.unwrittenSince(read, List.of("b"))).isTrue();
    over.run(); // rolled back: nothing was noted
    assertThat(positions.unwrittenSince(read, List.of("a"))).isTrue();
    positions.committed(List.of("a"), false);
    assertThat(positions.unwrittenSince(read, List.of("a"))).isFalse();
    assertThat(positions.unwrittenSince(positions.noted(), List.of("a"))).isTrue();
    positions.doubted(List.of("a"), false);
    assertThat(positions.unwrittenSince(positions.noted(), List.of("a"))).isFalse();
    positions.otherWriter();
    assertThat(positions.unwrittenSince(positions.noted(), List.of("a"))).isTrue();
  }

  private static RowKeys rows(int id) {
    return RowKeys.of("a", Map.of("id", new int[] {id}));
  }

  @Test
  void rowsAreInFlightForWhoReadsThemOrAll() {
    Runnable first = inFlight.begin(List.of("a"), false, Map.of("a", rows(1)));
    Runnable again = inFlight.begin(List.of("a"), false, Map.of("a", rows(1)));
    assertThat(inFlight.any(List.of("a"), Map.of("a", rows(2)))).isFalse();
    assertThat(inFlight.any(List.of("a"), Map.of("a", rows(1)))).isTrue();
    assertThat(inFlight.any(List.of("a"), Map.of())).isTrue();
    first.run();
    assertThat(inFlight.any(List.of("a"), Map.of("a", rows(1)))).isTrue();
    Runnable all = inFlight.begin(List.of("a"), false, Map.of());
    again.run();
    assertThat(inFlight.any(List.of("a"), Map.of("a", rows(2)))).isTrue();
    all.run();
    assertThat(inFlight.any(List.of("a"), Map.of())).isFalse();
  }

  @Test
  void rowsAreUnwrittenUntilTheyOrAllMayBeWritten() {
    WritePositions positions =
        new WritePositions(() -> CompletableFuture.completedFuture(Position.NONE));
    RowKeys named = RowKeys.of("a", Map.of("name", new int[] {1}));
    long read = positions.noted();
    write(positions, rows(2));
    assertThat(unwritten(positions, read, rows(1))).isTrue();
    assertThat(unwritten(positions, read, rows(2))).isFalse();
    assertThat(unwritten(positions, read, named)).isFalse();
    assertThat(unwritten(positions, read, null)).isFalse();
    assertThat(unwritten(positions, positions.noted(), rows(2))).isTrue();

    write(positions, named);
    assertThat(unwritten(positions, read, rows(1))).isFalse();

    read = positions.noted();
    positions.committed(List.of("a"), false);
    assertThat(unwritten(positions, read, rows(1))).isFalse();
    read = positions.noted();
    write(positions, rows(2));
    assertThat(unwritten(positions, read, rows(1))).isTrue();
    positions.committed(List.of(), true);
    assertThat(unwritten(positions, read, rows(1))).isFalse();
  }

  private static void write(WritePositions positions, RowKeys rows) {
    SparedTables spared = new SparedTables(Map.of(), Map.of("a", rows));
    List<String> heard = List.copyOf(spared.marked(List.of("a")));
    positions.committed(SparedTables.tables(heard), false, Position.NONE, SparedTables.read(heard));
  }

  private static boolean unwritten(WritePositions positions, long count, RowKeys rows) {
    Map<String, RowKeys> read = rows == null ? Map.of() : Map.of("a", rows);
    return positions.unwrittenSince(count, System.nanoTime(), List.of("a"), read);
  }
}
