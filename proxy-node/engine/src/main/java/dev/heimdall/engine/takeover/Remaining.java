package dev.heimdall.engine.takeover;

import dev.heimdall.engine.client.Obstacle;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The clients that the process before still has.
 *
 * @param byReason how many, the most frequent reason first
 */
public record Remaining(List<Reason> byReason) {
  public static final Remaining NONE = new Remaining(List.of());

  /** Reasons are few; of those that another process gives there may be more. */
  private static final int MOST = 20;

  /** Reason that some clients have not moved. */
  public record Reason(String why, int clients) {}

  /**
   * @param connections of all of them, also of those that still log in
   * @param counts by reason, of those that are logged in
   */
  public static Remaining of(int connections, Map<String, Integer> counts) {
    Map<String, Integer> all = new TreeMap<>(counts);
    int known = counts.values().stream().mapToInt(Integer::intValue).sum();
    if (connections > known) {
      all.put(Obstacle.LOG_IN.text(), connections - known);
    }
    List<Reason> sorted =
        all.entrySet().stream()
            .map(entry -> new Reason(entry.getKey(), entry.getValue()))
            .sorted(Comparator.comparingInt(Reason::clients).reversed())
            .toList();
    if (sorted.size() <= MOST) {
      return new Remaining(sorted);
    }
    int rest = sorted.stream().skip(MOST).mapToInt(Reason::clients).sum();
    return new Remaining(
        Stream.concat(
                sorted.stream().limit(MOST), Stream.of(new Reason(Obstacle.OTHER.text(), rest)))
            .toList());
  }

  public int clients() {
    return byReason.stream().mapToInt(Reason::clients).sum();
  }

  /** Number of clients for each kind of obstacle, also of those kinds of which there are none. */
  public Map<Obstacle, Integer> byObstacle() {
    Map<Obstacle, Integer> counts = new EnumMap<>(Obstacle.class);
    for (Obstacle each : Obstacle.values()) {
      counts.put(each, 0);
    }
    byReason.forEach(
        reason -> counts.merge(Obstacle.of(reason.why()), reason.clients(), Integer::sum));
    return counts;
  }

  public void write(StateWriter out) {
    out.number(byReason.size());
    byReason.forEach(reason -> out.text(reason.why()).number(reason.clients()));
  }

  public static Remaining read(StateReader in) {
    Map<String, Integer> counts = new TreeMap<>();
    for (int left = in.count(); left > 0; left--) {
      counts.put(in.text(), in.number());
    }
    return of(0, counts);
  }

  /** For a log. */
  @Override
  public String toString() {
    return byReason.stream()
        .map(reason -> reason.why() + " " + reason.clients())
        .collect(Collectors.joining(", "));
  }
}
