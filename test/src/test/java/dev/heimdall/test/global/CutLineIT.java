package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The line between two regions is cut, in one direction or both, and nothing is decided. */
class CutLineIT {
  private static final Duration LENGTH = Duration.ofSeconds(6);

  @TempDir private Path directory;

  @Test
  void whatWaitsGoesOnWhenTheLineIsWhole() throws Exception {
    List<Region> regions = List.of(Region.FIRST, Region.SECOND);
    List<Region> there = List.of(Region.FIRST, Region.SECOND);
    List<Region> back = List.of(Region.SECOND, Region.FIRST);
    Line line =
        new Line(Region.FIRST, Region.SECOND, Duration.ofMillis(40), Duration.ofMillis(5), 0.001);
    try (Simulation simulation = new Simulation(regions, List.of(line), directory, 3)) {
      simulation.begin(8, 2);
      for (Figures figures : simulation.cutLine("cut", LENGTH, List.of(there, back))) {
        System.out.println(figures);
      }
      simulation
          .cutLine("cut from the writer", LENGTH, List.of(there))
          .forEach(System.out::println);
      simulation.cutLine("cut to the writer", LENGTH, List.of(back)).forEach(System.out::println);
      simulation.assertNothingCrossesByItself();

      Verdict verdict = simulation.judge(Set.of());
      System.out.println(verdict);
      assertThat(verdict.well()).as(verdict.toString()).isTrue();
    }
  }
}
