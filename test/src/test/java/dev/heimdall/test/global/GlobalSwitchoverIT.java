package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The writer moves to another region by plan, and clients of both regions write on. */
class GlobalSwitchoverIT {
  @TempDir private Path directory;

  @Test
  void clientsOfBothRegionsWriteOnAndNothingIsLost() throws Exception {
    List<Region> regions = List.of(Region.FIRST, Region.SECOND);
    Line line =
        new Line(Region.FIRST, Region.SECOND, Duration.ofMillis(40), Duration.ofMillis(5), 0.001);
    try (Simulation simulation = new Simulation(regions, List.of(line), directory, 1)) {
      simulation.begin(8, 2);
      simulation.assertNothingCrossesByItself();
      List<Figures> there = simulation.switchOver(Region.SECOND);
      List<Figures> back = simulation.switchOver(Region.FIRST);
      simulation.assertNothingCrossesByItself();
      there.forEach(System.out::println);
      back.forEach(System.out::println);

      Verdict verdict = simulation.judge(Set.of());
      assertThat(verdict.well()).as(verdict.toString()).isTrue();
      assertThat(verdict.tail()).isEmpty();
    }
  }
}
