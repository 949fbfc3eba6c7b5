package dev.heimdall.manager.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts of a node since its start. A number that is missing counts as 0: nodes of another version
 * may report less.
 *
 * @param started when the node did, by its clock, in milliseconds: another number is another life
 * @param upMillis how long ago that was when it counted
 * @param cpuMicros that its process took
 */
record Reported(long started, long upMillis, long cpuMicros, Map<String, Vdb> vdbs) {
  /** As many virtual databases of a node are looked at; those are the busiest. */
  static final int MOST_VDBS = 200;

  private static final int LONGEST_NAME = 200;
  private static final int VDB_BYTES = 600;
  private static final int BUCKET_BYTES = 80;

  private static final Vdb NOTHING =
      new Vdb(new long[Count.values().length], new long[Level.values().length], Map.of());

  Reported {
    vdbs = Map.copyOf(vdbs);
  }

  /**
   * Of a virtual database.
   *
   * @param counts by {@link Count}
   * @param levels by {@link Level}
   * @param times how many answers are in which bucket of the time that clients waited
   */
  record Vdb(long[] counts, long[] levels, Map<Integer, Long> times) {
    long count(Count which) {
      return counts[which.ordinal()];
    }

    private static Vdb of(JsonNode vdb) {
      long[] counts = new long[Count.values().length];
      for (Count count : Count.values()) {
        counts[count.ordinal()] = number(vdb.path(count.reported));
      }
      long[] levels = new long[Level.values().length];
      for (Level level : Level.values()) {
        levels[level.ordinal()] = number(vdb.path(level.reported));
      }
      if (!vdb.has(Count.RESPONSES.reported)) { // a node that tells only of servers' times
        counts[Count.RESPONSES.ordinal()] = counts[Count.QUERIES.ordinal()];
        counts[Count.RESPONSE_MICROS.ordinal()] =
            counts[Count.QUERY_MICROS.ordinal()] + number(vdb.path("waitMicros"));
      }
      Map<Integer, Long> times = new HashMap<>();
      JsonNode pairs = vdb.path(vdb.has("responseTimes") ? "responseTimes" : "times");
      for (int i = 0; i + 1 < pairs.size(); i += 2) {
        LatencyBuckets.Bucket bucket =
            LatencyBuckets.Bucket.of(number(pairs.get(i)), number(pairs.get(i + 1)));
        times.merge(bucket.number(), bucket.count(), Long::sum);
      }
      return new Vdb(counts, levels, times);
    }

    /** Returns the counts since then. */
    private Delta.Vdb since(Vdb before) {
      long[] more = new long[counts.length];
      for (int i = 0; i < more.length; i++) {
        more[i] = Math.max(0, counts[i] - before.counts[i]);
      }
      List<LatencyBuckets.Bucket> buckets = new ArrayList<>();
      times.forEach(
          (number, count) -> {
            long added = count - before.times.getOrDefault(number, 0L);
            if (added > 0) {
              buckets.add(new LatencyBuckets.Bucket(number, added));
            }
          });
      return new Delta.Vdb(more, levels, buckets.toArray(LatencyBuckets.Bucket[]::new));
    }
  }

  /** The section of a report; empty: it is none. */
  static Optional<Reported> of(JsonNode section) {
    if (!section.isObject() || !section.path("started").canConvertToLong()) {
      return Optional.empty();
    }
    Map<String, Vdb> vdbs = new HashMap<>();
    section
        .path("vdbs")
        .properties()
        .forEach(
            entry -> {
              if (entry.getKey().length() <= LONGEST_NAME) {
                vdbs.put(entry.getKey(), Vdb.of(entry.getValue()));
              }
            });
    return Optional.of(
        new Reported(
            number(section.path("started")),
            number(section.path("upMillis")),
            number(section.path("cpuMicros")),
            busiest(vdbs)));
  }

  private static Map<String, Vdb> busiest(Map<String, Vdb> vdbs) {
    if (vdbs.size() <= MOST_VDBS) {
      return vdbs;
    }
    Map<String, Vdb> kept = new HashMap<>();
    vdbs.entrySet().stream()
        .sorted(Comparator.comparingLong(one -> -one.getValue().count(Count.QUERIES)))
        .limit(MOST_VDBS)
        .forEach(one -> kept.put(one.getKey(), one.getValue()));
    return kept;
  }

  /** About so many bytes. */
  long bytes() {
    return VDB_BYTES
        + vdbs.values().stream()
            .mapToLong(vdb -> VDB_BYTES + (long) BUCKET_BYTES * vdb.times().size())
            .sum();
  }

  private static long number(JsonNode value) {
    return value.canConvertToLong() ? Math.max(0, value.asLong()) : 0;
  }

  /**
   * Returns the counts since an earlier report, which is one of another run if the node was
   * restarted in between: then all that this run has counted.
   *
   * @param arrived when this one did, by the manager's clock, in milliseconds
   */
  Delta since(Optional<Reported> before, long arrived) {
    Optional<Reported> same = before.filter(earlier -> earlier.started == started);
    long covered = upMillis - same.map(Reported::upMillis).orElse(0L);
    Map<String, Delta.Vdb> more = new HashMap<>();
    vdbs.forEach(
        (name, vdb) -> more.put(name, vdb.since(same.map(r -> r.vdbs.get(name)).orElse(NOTHING))));
    long cpu = Math.max(0, cpuMicros - same.map(Reported::cpuMicros).orElse(0L));
    return new Delta(arrived - Math.max(1, covered), arrived, cpu, more);
  }

  @Override
  public String toString() {
    return "%d virtual databases, up for %d ms".formatted(vdbs.size(), upMillis);
  }
}
