package dev.heimdall.test.global;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What clients of one region noticed of one event.
 *
 * @param firstWrite milliseconds from the promotion, or from the repair of a line, until a client
 *     had a write acknowledged by the writer
 * @param longestRead milliseconds that the longest read took during the event
 * @param failedReads how many reads got an error
 * @param refused writes that were not carried out
 * @param unknown writes of which the client does not know whether they were
 */
record Figures(
    String event,
    Region region,
    OptionalLong firstWrite,
    long longestRead,
    long failedReads,
    long refused,
    long unknown) {
  private static final long AFTER = 5_000_000_000L;

  /**
   * Of an event that began at a moment.
   *
   * @param writer the instance that was promoted
   * @param promoted when
   */
  static List<Figures> of(
      String event,
      List<Region> regions,
      History history,
      long began,
      String writer,
      long promoted) {
    List<Figures> all = new ArrayList<>();
    for (Region region : regions) {
      List<Write> writes =
          history.writes().stream()
              .filter(w -> w.region().equals(region))
              .filter(w -> w.ended() > began && w.begun() < promoted + AFTER)
              .toList();
      List<Read> reads =
          history.reads().stream()
              .filter(r -> r.region().equals(region))
              .filter(r -> r.ended() > began && r.begun() < promoted + AFTER)
              .toList();
      OptionalLong first =
          history.writes().stream()
              .filter(w -> w.region().equals(region))
              .filter(w -> w.acknowledged() && w.server().equals(writer) && w.ended() > promoted)
              .mapToLong(w -> millis(w.ended() - promoted))
              .min();
      all.add(
          new Figures(
              event,
              region,
              first,
              reads.stream().mapToLong(r -> millis(r.ended() - r.begun())).max().orElse(0),
              reads.stream().filter(r -> !r.answered()).count(),
              writes.stream().filter(w -> w.outcome() == Write.Outcome.REFUSED).count(),
              writes.stream().filter(w -> w.outcome() == Write.Outcome.UNKNOWN).count()));
    }
    return all;
  }

  private static long millis(long nanos) {
    return nanos / 1_000_000;
  }

  @Override
  public String toString() {
    return "%s, %s: first write %s ms after promotion or repair, longest read %d ms, reads failed %d, writes refused %d, unknown %d"
        .formatted(
            event,
            region,
            firstWrite.isPresent() ? "" + firstWrite.getAsLong() : "none",
            longestRead,
            failedReads,
            refused,
            unknown);
  }
}
