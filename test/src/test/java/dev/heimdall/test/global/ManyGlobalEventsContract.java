package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Switchovers, lost regions and cut lines in an order that a seed chooses, between two regions and
 * between three of which one has no database, as far from each other as the seed says. After each
 * event the checker judges all clients; at the end there is a table of what they noticed.
 */
@ExtendWith(FirstRunCounts.class)
abstract class ManyGlobalEventsContract {
  private static final long SEED = Long.getLong("global.seed", System.nanoTime() >>> 20);
  private static final int SWITCHOVERS = Integer.getInteger("global.switchovers", 1);
  private static final int LOST = Integer.getInteger("global.lost", 1);
  private static final int CUTS = Integer.getInteger("global.cuts", 1);
  private static final int CLIENTS = Integer.getInteger("global.clients", 8);
  private static final Duration STALE_READS =
      Duration.ofSeconds(Integer.getInteger("global.stale.seconds", 0));
  private static final int LEAST_MILLIS = Integer.getInteger("global.roundtrip.least", 60);
  private static final int MOST_MILLIS = Integer.getInteger("global.roundtrip.most", 150);

  /** So many happen to the same regions; then others begin, at other distances. */
  private static final int IN_A_ROW = 10;

  private static final Duration CUT = Duration.ofSeconds(6);
  private static final Duration UNDECIDED = Duration.ofSeconds(5);

  private final Random random = new Random(SEED);
  private final FigureTable table = new FigureTable();
  private int judged;

  /** Of which engine the servers are. */
  abstract Sql sql();

  private List<Occurrence.Kind> events() {
    List<Occurrence.Kind> all = new ArrayList<>();
    all.addAll(Collections.nCopies(SWITCHOVERS, Occurrence.Kind.SWITCHOVER));
    all.addAll(Collections.nCopies(LOST, Occurrence.Kind.LOST_REGION));
    all.addAll(Collections.nCopies(CUTS, Occurrence.Kind.CUT_LINE));
    Collections.shuffle(all, random);
    return all;
  }

  private Duration distance() {
    return Duration.ofMillis(LEAST_MILLIS + random.nextInt(MOST_MILLIS - LEAST_MILLIS + 1));
  }

  @Test
  @Timeout(value = 3, unit = TimeUnit.HOURS)
  void nothingIsWrongAfterAnyOfThem(@TempDir Path directory) throws Exception {
    System.out.println("-Dglobal.seed=" + SEED);
    List<Occurrence.Kind> events = events();
    for (int from = 0; from < events.size(); from += IN_A_ROW) {
      int to = Math.min(events.size(), from + IN_A_ROW);
      boolean three = from / IN_A_ROW % 2 == 0;
      Path own = Files.createDirectory(directory.resolve("events-" + from));
      inARow(three, own, events.subList(from, to));
    }
  }

  private void inARow(boolean three, Path directory, List<Occurrence.Kind> events)
      throws Exception {
    List<Line> lines = new ArrayList<>();
    List<Region> regions = new ArrayList<>(List.of(Region.FIRST, Region.SECOND));
    lines.add(Line.between(Region.FIRST, Region.SECOND, distance()));
    if (three) {
      regions.add(Region.WITHOUT_DATABASE);
      lines.add(Line.between(Region.FIRST, Region.WITHOUT_DATABASE, distance()));
      lines.add(Line.between(Region.SECOND, Region.WITHOUT_DATABASE, distance()));
    }
    System.out.println(lines);
    try (Simulation simulation =
        new Simulation(
            sql(),
            regions,
            lines,
            CLIENTS,
            2,
            directory,
            random.nextLong(),
            Duration.ZERO,
            STALE_READS)) {
      simulation.begin();
      for (Occurrence.Kind event : events) {
        happens(event, simulation);
        judge(event.toString(), simulation.verdict());
      }
      simulation.sites().assertNothingCrossesByItself();
      judge("all of them", simulation.judge());
      List<Figures> figures = simulation.figures();
      figures.forEach(System.out::println);
      System.out.println(simulation.history().errors());
      simulation.losses().forEach(System.out::println);
      table.add(figures, simulation.losses());
      System.out.println(table);
    }
  }

  private void happens(Occurrence.Kind event, Simulation simulation) throws Exception {
    Region writer = simulation.writer();
    Region other = writer.equals(Region.FIRST) ? Region.SECOND : Region.FIRST;
    switch (event) {
      case SWITCHOVER -> simulation.switchOver(other);
      case LOST_REGION -> {
        long lost = simulation.lose(writer);
        LockSupport.parkNanos(UNDECIDED.toNanos());
        simulation.failOver(other, lost);
        simulation.isReplaced(writer);
      }
      case CUT_LINE -> {
        List<Region> from = List.of(writer, other);
        List<Region> to = List.of(other, writer);
        switch (random.nextInt(3)) {
          case 0 -> simulation.cutLine("cut", CUT, List.of(from, to));
          case 1 -> simulation.cutLine("cut from the writer", CUT, List.of(from));
          default -> simulation.cutLine("cut to the writer", CUT, List.of(to));
        }
      }
    }
  }

  private void judge(String event, Verdict verdict) {
    judged++;
    System.out.printf("%s %d: %s%n%s%n", Instant.now(), judged, event, verdict);
    assertThat(verdict.well())
        .as("after %s, with -Dglobal.seed=%d%n%s", event, SEED, verdict)
        .isTrue();
  }
}
