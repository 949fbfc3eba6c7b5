package dev.heimdall.manager.problems;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.SettableClock;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.fleet.Fleet;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A manager whose disk is full. */
class DiskWatchTest {
  private static final Path STATE = Path.of("/var/lib/heimdall");
  private static final Path FIGURES = Path.of("/figures");

  @TempDir private Path directory;

  private final Map<Path, Long> left = new HashMap<>();

  private DiskWatch watch() {
    return new DiskWatch(
        List.of(STATE, FIGURES),
        path -> left.containsKey(path) ? OptionalLong.of(left.get(path)) : OptionalLong.empty());
  }

  @Test
  void theNextLookAfterItIsFullSaysSoAndTheNextAfterThatIsOverNoMore() {
    SettableClock clock = new SettableClock("2026-11-29T10:00:00Z");
    try (DiskWatch watch = watch();
        Problems problems =
            Problems.start(
                new Sources(new Fleet(clock), () -> "", Map::of, List::of, watch::low),
                "one:8087",
                Optional.empty(),
                new AuditLog(Optional.empty(), clock))) {
      left.put(STATE, 1L << 30);
      watch.look();
      assertThat(problems.now()).isEmpty();

      left.put(STATE, 0L);
      watch.look();
      assertThat(problems.now())
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.finding().words())
                    .isEqualTo("The disk of manager one:8087 is full");
                assertThat(problem.finding().detail())
                    .isEqualTo("/var/lib/heimdall has 0 MiB left.");
                assertThat(problem.finding().effect()).contains("may not be written");
              });

      left.put(STATE, 1L << 30);
      watch.look();
      assertThat(problems.now()).isEmpty();
    }
  }

  @Test
  void theFullestCountsAndALittleRoomDoesNotEndIt() {
    try (DiskWatch watch = watch()) {
      left.put(STATE, 15L << 20);
      left.put(FIGURES, 1L << 20);
      watch.look();
      assertThat(watch.low()).contains(new DiskWatch.LowDisk(FIGURES, 1L << 20));
      left.put(FIGURES, 1L << 30);
      left.put(STATE, 20L << 20);
      watch.look();
      assertThat(watch.low()).isPresent();
      left.put(STATE, 40L << 20);
      watch.look();
      assertThat(watch.low()).isEmpty();
      left.put(STATE, 20L << 20);
      watch.look();
      assertThat(watch.low()).isEmpty();
    }
  }

  @Test
  void roomIsThatOfTheFileSystemAndOfWhatIsNotThereNothingIsKnown() {
    assertThat(DiskWatch.usable(directory)).isPresent();
    assertThat(DiskWatch.usable(directory.resolve("none"))).isEmpty();
  }
}
