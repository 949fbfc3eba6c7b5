package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What happens to two regions, one thing after the other, while the same clients write and read:
 * the checker finds nothing wrong after each.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GlobalEventsIT {
  private static final Duration ROUND_TRIP = Duration.ofMillis(80);
  private static final Duration CUT = Duration.ofSeconds(6);
  private static final Duration UNDECIDED = Duration.ofSeconds(5);

  private Simulation simulation;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    Line line = Line.between(Region.FIRST, Region.SECOND, ROUND_TRIP);
    simulation =
        new Simulation(List.of(Region.FIRST, Region.SECOND), List.of(line), 8, 2, directory, 1);
    simulation.begin();
  }

  @AfterAll
  void end() {
    if (simulation != null) {
      simulation.close();
    }
  }

  private void isWell() throws Exception {
    simulation.sites().assertNothingCrossesByItself();
    Verdict verdict = simulation.verdict();
    System.out.println(verdict);
    assertThat(verdict.well()).as(verdict.toString()).isTrue();
  }

  /** In both directions or one of them, and nothing is decided. */
  @Test
  @Order(1)
  void whatWaitsGoesOnWhenACutLineIsWhole() throws Exception {
    List<Region> there = List.of(Region.FIRST, Region.SECOND);
    List<Region> back = List.of(Region.SECOND, Region.FIRST);
    simulation.cutLine("cut", CUT, List.of(there, back));
    simulation.cutLine("cut from the writer", CUT, List.of(there));
    simulation.cutLine("cut to the writer", CUT, List.of(back));
    isWell();
    assertThat(simulation.verdict().tail()).isEmpty();
  }

  @Test
  @Order(2)
  void clientsOfBothRegionsWriteOnAfterASwitchoverAndNothingIsLost() throws Exception {
    simulation.switchOver(Region.SECOND);
    simulation.switchOver(Region.FIRST);
    isWell();
    assertThat(simulation.verdict().tail()).isEmpty();
  }

  /** The writer's region is lost, another one writes, and the region is made anew. */
  @Test
  @Order(3)
  void ofALostRegionOnlyTheEndThatWasNotReplicatedIsLost() throws Exception {
    long lost = simulation.lose(Region.FIRST);
    LockSupport.parkNanos(UNDECIDED.toNanos());
    simulation.failOver(Region.SECOND, lost);
    simulation.isReplaced(Region.FIRST);
    isWell();
  }

  /** With the answers that anybody waited for. */
  @Test
  @Order(4)
  void atTheEndOfAllNothingIsWrong() throws Exception {
    Verdict verdict = simulation.judge();
    System.out.println(verdict);
    simulation.figures().forEach(System.out::println);
    assertThat(verdict.well()).as(verdict.toString()).isTrue();
  }
}
