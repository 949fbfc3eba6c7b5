package dev.heimdall.test.global;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

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
    Occurrence of,
    Region region,
    OptionalLong firstWrite,
    long longestRead,
    long failedReads,
    long refused,
    long unknown) {
  private static final long AFTER = TimeUnit.SECONDS.toNanos(5);

  /**
   * Of all that has happened, when all clients have the answers that they waited for. To each event
   * belongs what was begun before it was over or a while after, and ended after it began; what was
   * in progress when the next one began belongs to that.
   *
   * @param happened in this order, one after the other
   */
  static List<Figures> of(List<Occurrence> happened, List<Region> regions, History history) {
    List<Write> writes = history.writes();
    List<Read> reads = history.reads();
    List<Figures> all = new ArrayList<>();
    for (int i = 0; i < happened.size(); i++) {
      Occurrence one = happened.get(i);
      long end = one.over() + AFTER;
      long next = i + 1 < happened.size() ? happened.get(i + 1).began() : Long.MAX_VALUE;
      for (Region region : regions) {
        all.add(
            of(
                one,
                region,
                writes.stream()
                    .filter(w -> w.region().equals(region))
                    .filter(w -> w.begun() < end)
                    .filter(w -> w.ended() > one.began() && w.ended() <= next)
                    .toList(),
                reads.stream()
                    .filter(r -> r.region().equals(region))
                    .filter(r -> r.begun() < end)
                    .filter(r -> r.ended() > one.began() && r.ended() <= next)
                    .toList()));
      }
    }
    return all;
  }

  private static Figures of(Occurrence one, Region region, List<Write> writes, List<Read> reads) {
    return new Figures(
        one,
        region,
        writes.stream()
            .filter(Write::acknowledged)
            .filter(w -> w.server().equals(one.writer()) && w.ended() > one.promoted())
            .mapToLong(w -> millis(w.ended() - one.promoted()))
            .min(),
        reads.stream().mapToLong(r -> millis(r.ended() - r.begun())).max().orElse(0),
        reads.stream().filter(r -> !r.answered()).count(),
        writes.stream().filter(w -> w.outcome() == Write.Outcome.REFUSED).count(),
        writes.stream().filter(w -> w.outcome() == Write.Outcome.UNKNOWN).count());
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  @Override
  public String toString() {
    return "%s, %s: first write %s ms after promotion or repair, longest read %d ms, reads failed %d, writes refused %d, unknown %d"
        .formatted(
            of.what(),
            region,
            firstWrite.isPresent() ? "" + firstWrite.getAsLong() : "none",
            longestRead,
            failedReads,
            refused,
            unknown);
  }
}
