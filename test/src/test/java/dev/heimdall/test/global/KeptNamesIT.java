package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What clients of a lost region notice, by what their drivers and resolvers do. */
@ExtendWith(FirstRunCounts.class)
@Tag("long")
class KeptNamesIT {
  private static final int TIMES = Integer.getInteger("global.lost.kept", 3);
  private static final int CLIENTS = 8;
  private static final Duration ROUND_TRIP = Duration.ofMillis(80);
  private static final Duration UNDECIDED = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Those with a timeout get elsewhere, if late; those that wait are still there. */
  @Test
  void whoGivesUpGetsElsewhereWhenHisNameLeadsThere(@TempDir Path directory) throws Exception {
    for (int i = 0; i < TIMES; i++) {
      Path own = Files.createDirectory(directory.resolve("" + i));
      try (Simulation simulation =
          new Simulation(
              List.of(Region.FIRST, Region.SECOND),
              List.of(Line.between(Region.FIRST, Region.SECOND, ROUND_TRIP)),
              CLIENTS,
              2,
              own,
              i)) {
        simulation.begin();
        long lost = simulation.lose(Region.FIRST);
        LockSupport.parkNanos(UNDECIDED.toNanos());
        simulation.failOver(Region.SECOND, lost);
        awaitMoved(simulation, lost);
        Map<Habit, List<Long>> moved = simulation.moved(Region.FIRST, lost);
        System.out.println(moved);
        assertThat(moved).doesNotContainKey(Habit.PATIENT);
        simulation.isReplaced(Region.FIRST);
        Verdict verdict = simulation.judge();
        assertThat(verdict.well()).as(verdict.toString()).isTrue();
      }
    }
  }

  private static void awaitMoved(Simulation simulation, long lost) {
    Await.until(
        "clients of the lost region that give up write in the other one",
        PATIENCE,
        () ->
            List.of(Habit.HASTY, Habit.KEEPS_NAMES).stream()
                .allMatch(
                    habit ->
                        simulation.moved(Region.FIRST, lost).getOrDefault(habit, List.of()).size()
                            == CLIENTS / 4),
        () -> simulation.moved(Region.FIRST, lost) + simulation.sites().nodesSaid());
  }
}
