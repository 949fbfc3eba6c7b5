package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The writer's region is lost, another one writes, and the region comes back as it was. */
class ReturnedWriterIT {
  private static final Duration UNDECIDED = Duration.ofSeconds(5);
  private static final Duration FENCE = Duration.ofSeconds(8);
  private static final Duration UNTOLD = Duration.ofSeconds(5);

  @TempDir private Path directory;

  @Test
  void theFormerWriterTakesNothingWhenItIsBack() throws Exception {
    List<Region> regions = List.of(Region.FIRST, Region.SECOND);
    Line line =
        new Line(Region.FIRST, Region.SECOND, Duration.ofMillis(40), Duration.ofMillis(5), 0.001);
    try (Simulation simulation =
        new Simulation(
            regions, List.of(line), 8, 2, directory, 4, Map.of("fence", FENCE.toSeconds() + "s"))) {
      simulation.begin();
      long lost = simulation.lose(Region.FIRST);
      LockSupport.parkNanos(UNDECIDED.toNanos());
      simulation.failOver(Region.SECOND, lost);
      LockSupport.parkNanos(FENCE.toNanos());
      simulation.returns(Region.FIRST, UNTOLD);

      Verdict verdict = simulation.judge();
      System.out.println(verdict);
      assertThat(verdict.well()).as(verdict.toString()).isTrue();
      assertThat(begunAfter(simulation, lost))
          .as("rows that the former writer took from clients who asked after its region was lost")
          .isEmpty();
    }
  }

  private static List<Write> begunAfter(Simulation simulation, long lost) {
    Set<Write.Key> later =
        simulation.history().writes().stream()
            .filter(write -> write.begun() > lost)
            .map(Write::key)
            .collect(Collectors.toSet());
    later.retainAll(simulation.tail());
    return simulation.history().writes().stream()
        .filter(write -> later.contains(write.key()))
        .toList();
  }
}
