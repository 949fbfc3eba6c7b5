package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.Position;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WritesInFlightTest {
  private final WritesInFlight inFlight = new WritesInFlight();

  @Test
  void aTableIsInFlightUntilTheLastCommitIsOver() {
    Runnable first = inFlight.begin(List.of("a", "b"), false);
    Runnable second = inFlight.begin(List.of("a"), false);
    first.run();
    first.run();
    assertThat(inFlight.any(List.of("b"))).isFalse();
    assertThat(inFlight.any(List.of("c", "a"))).isTrue();
    second.run();
    assertThat(inFlight.any(List.of("a"))).isFalse();
  }

  @Test
  void whatMayWriteAnythingIsInFlightEverywhere() {
    Runnable over = inFlight.begin(List.of(), true);
    assertThat(inFlight.any(List.of("a"))).isTrue();
    over.run();
    assertThat(inFlight.any(List.of("a"))).isFalse();
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
}
