package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The writer's region is lost, another one writes, and the region is made anew. */
class LostRegionIT {
  private static final Duration UNDECIDED = Duration.ofSeconds(5);

  @TempDir private Path directory;

  private Simulation simulation() throws Exception {
    List<Region> regions = List.of(Region.FIRST, Region.SECOND);
    Line line =
        new Line(Region.FIRST, Region.SECOND, Duration.ofMillis(40), Duration.ofMillis(5), 0.001);
    Simulation simulation = new Simulation(regions, List.of(line), directory, 2);
    simulation.begin(8, 2);
    return simulation;
  }

  private static void fails(Simulation simulation) {
    long lost = simulation.lose(Region.FIRST);
    LockSupport.parkNanos(UNDECIDED.toNanos());
    simulation.failOver(Region.SECOND, lost).forEach(System.out::println);
  }

  private static void isWell(Simulation simulation, Set<Write.Key> tail) throws Exception {
    simulation.assertNothingCrossesByItself();
    Verdict verdict = simulation.judge(tail);
    System.out.println(verdict);
    assertThat(verdict.well()).as(verdict.toString()).isTrue();
  }

  @Test
  void clientsWriteOnElsewhereAndOnlyTheEndThatWasNotReplicatedIsLost() throws Exception {
    try (Simulation simulation = simulation()) {
      fails(simulation);
      isWell(simulation, simulation.isReplaced(Region.FIRST));
    }
  }
}
