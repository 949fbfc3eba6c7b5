package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The writer's region is lost, another one writes, and the region comes back as it was. */
@ExtendWith(FirstRunCounts.class)
abstract class ReturnedWriterContract {
  private static final int RETURNS = Integer.getInteger("global.returns", 1);
  private static final Duration ROUND_TRIP = Duration.ofMillis(80);
  private static final Duration UNDECIDED = Duration.ofSeconds(5);
  private static final Duration FENCE = Duration.ofSeconds(8);
  private static final Duration LONG_FENCE = Duration.ofSeconds(30);
  private static final Duration UNTOLD = Duration.ofSeconds(5);

  @TempDir private Path directory;

  /** Of which engine the servers are. */
  abstract Sql sql();

  private Simulation fenced(Duration fence, long seed) throws IOException {
    return new Simulation(
        sql(),
        List.of(Region.FIRST, Region.SECOND),
        List.of(Line.between(Region.FIRST, Region.SECOND, ROUND_TRIP)),
        8,
        2,
        Files.createDirectory(directory.resolve("regions-" + seed)),
        seed,
        fence,
        Duration.ZERO);
  }

  /**
   * Each new writer is confirmed in time, by its promotion and then by those that follow it: these
   * are made anew here, which takes a busy machine longer than Aurora.
   */
  @Test
  @Tag("long")
  void plannedSwitchoversAreNotHeldUpByTheFence() throws Exception {
    try (Simulation simulation = fenced(LONG_FENCE, 1)) {
      simulation.begin();
      for (Region to : List.of(Region.SECOND, Region.FIRST)) {
        simulation.switchOver(to);
        LockSupport.parkNanos(LONG_FENCE.multipliedBy(2).toNanos());
      }

      Verdict verdict = simulation.judge();
      assertThat(verdict.well()).as(verdict.toString()).isTrue();
      simulation.figures().forEach(System.out::println);
      assertThat(simulation.sites().nodesSaid()).doesNotContain("cluster fenced");
    }
  }

  @Test
  void theFormerWriterTakesNothingWhenItIsBack() throws Exception {
    for (int i = 0; i < RETURNS; i++) {
      returned(i);
    }
  }

  /** Until its node sees the new one, and not after that. */
  @Test
  @Tag("long")
  void withoutAFenceTheFormerWriterTakesSome() throws Exception {
    try (Simulation simulation = fenced(Duration.ZERO, RETURNS)) {
      simulation.begin();
      long lost = simulation.lose(Region.FIRST);
      LockSupport.parkNanos(UNDECIDED.toNanos());
      simulation.failOver(Region.SECOND, lost);
      simulation.returns(Region.FIRST, UNTOLD);

      simulation.judge();
      List<Write> own =
          simulation.history().writes().stream()
              .filter(write -> write.region().equals(Region.FIRST) && write.acknowledged())
              .filter(write -> write.begun() > lost)
              .toList();
      List<Write> taken =
          own.stream().filter(write -> write.server().equals(Region.FIRST.instance())).toList();
      System.out.printf("without a fence the former writer took %d%n", taken.size());
      long followed =
          own.stream()
              .filter(write -> write.server().equals(Region.SECOND.instance()))
              .mapToLong(Write::ended)
              .min()
              .orElseThrow();
      assertThat(taken).allMatch(write -> write.begun() < followed);
    }
  }

  private void returned(long seed) throws Exception {
    try (Simulation simulation = fenced(FENCE, seed)) {
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

  /** What had left for the former writer before the fence is not called back, nor acknowledged. */
  private static boolean hadLeft(Write write, long lost) {
    return write.outcome() == Write.Outcome.UNKNOWN && write.begun() - lost < FENCE.toNanos();
  }

  private static List<Write> begunAfter(Simulation simulation, long lost) {
    Set<Write.Key> later =
        simulation.history().writes().stream()
            .filter(write -> write.begun() > lost && !hadLeft(write, lost))
            .map(Write::key)
            .collect(Collectors.toSet());
    later.retainAll(simulation.tail());
    return simulation.history().writes().stream()
        .filter(write -> later.contains(write.key()))
        .toList();
  }
}
