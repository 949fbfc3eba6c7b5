package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What happens to two regions and a third one without a database, one thing after the other, while
 * the same clients write and read: the checker finds nothing wrong after each. At the end there are
 * pictures of it in {@code target/pages}, or in the directory that {@code pictures} names.
 */
@ExtendWith(FirstRunCounts.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("ci")
class GlobalEventsIT {
  private static final Duration ROUND_TRIP = Duration.ofMillis(80);
  private static final Duration NEAR = Duration.ofMillis(30);
  private static final Duration CUT = Duration.ofSeconds(4);
  private static final Duration UNDECIDED = Duration.ofSeconds(3);

  private Simulation simulation;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    List<Region> regions = List.of(Region.FIRST, Region.SECOND, Region.WITHOUT_DATABASE);
    List<Line> lines =
        List.of(
            Line.between(Region.FIRST, Region.SECOND, ROUND_TRIP),
            Line.between(Region.FIRST, Region.WITHOUT_DATABASE, NEAR),
            Line.between(Region.SECOND, Region.WITHOUT_DATABASE, ROUND_TRIP));
    simulation = new Simulation(regions, lines, 4, 2, directory, 1);
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

  /** In one direction, and nothing is decided; {@link ManyGlobalEventsIT} has both. */
  @Test
  @Order(1)
  void whatWaitsGoesOnWhenACutLineIsWhole() throws Exception {
    simulation.cutLine("cut from the writer", CUT, List.of(List.of(Region.FIRST, Region.SECOND)));
    isWell();
    assertThat(simulation.verdict().tail()).isEmpty();
  }

  @Test
  @Order(2)
  void clientsOfAllRegionsWriteOnAfterASwitchoverAndNothingIsLost() throws Exception {
    simulation.switchOver(Region.SECOND);
    isWell();
    assertThat(simulation.verdict().tail()).isEmpty();
  }

  /** The writer's region is lost, another one writes, and the region is made anew. */
  @Test
  @Order(3)
  void ofALostRegionOnlyTheEndThatWasNotReplicatedIsLost() throws Exception {
    long lost = simulation.lose(Region.SECOND);
    LockSupport.parkNanos(UNDECIDED.toNanos());
    simulation.failOver(Region.FIRST, lost);
    simulation.isReplaced(Region.SECOND);
    isWell();
  }

  /** With the answers that anybody waited for. */
  @Test
  @Order(4)
  void atTheEndOfAllNothingIsWrong() throws Exception {
    Verdict verdict = simulation.judge();
    System.out.println(verdict);
    simulation.figures().forEach(System.out::println);
    simulation.losses().forEach(System.out::println);
    System.out.println(simulation.history().errors());
    assertThat(verdict.well()).as(verdict.toString()).isTrue();
    picture("global-switchover", Occurrence.Kind.SWITCHOVER, "A planned switchover");
    picture("global-lost-region", Occurrence.Kind.LOST_REGION, "The writer's region is lost");
  }

  private void picture(String name, Occurrence.Kind kind, String title) throws Exception {
    Path directory = Path.of(System.getProperty("pictures", "target/pages"));
    Files.createDirectories(directory);
    String words = title + ": what clients of each region were answered, in each tenth of a second";
    Optional<String> svg = simulation.picture(kind, words);
    if (svg.isPresent()) {
      Files.writeString(directory.resolve(name + ".svg"), svg.get());
    }
  }
}
