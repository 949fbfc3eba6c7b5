package dev.heimdall.manager.analytics;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * Totals counted for statements.
 *
 * @param micros how long servers took
 * @param waitMicros how long statements waited before they were sent to one
 * @param responses how long clients waited for answers of servers
 * @param uncached why they were not answered from the cache, how often
 * @param onWriter why they were not sent to a replica, how often
 * @param sample of the reads that no rule has cached
 */
record PatternSums(
    long calls,
    long micros,
    long waitMicros,
    ResponseTimes responses,
    long errors,
    long bytes,
    long hits,
    long byRule,
    long replica,
    Map<String, Long> uncached,
    Map<String, Long> onWriter,
    ReadSample sample) {
  static final PatternSums NONE =
      new PatternSums(
          0, 0, 0, ResponseTimes.NONE, 0, 0, 0, 0, 0, Map.of(), Map.of(), ReadSample.NONE);

  private static final int MOST_REASONS = 40;

  /** With its place in a map. */
  private static final int BYTES = 224;

  private static final int REASON_BYTES = 120;

  static PatternSums of(JsonNode entry) {
    return new PatternSums(
        count(entry, "calls"),
        count(entry, "micros"),
        count(entry, "waitMicros"),
        ResponseTimes.of(entry.path("responseTimes")),
        count(entry, "errors"),
        count(entry, "bytes"),
        count(entry, "hits"),
        count(entry, "byRule"),
        count(entry, "replica"),
        reasons(entry.path("uncached")),
        reasons(entry.path("onWriter")),
        ReadSample.of(entry.path("sample")));
  }

  private static long count(JsonNode entry, String name) {
    return Math.max(0, entry.path(name).asLong());
  }

  private static Map<String, Long> reasons(JsonNode listed) {
    Map<String, Long> reasons = new TreeMap<>();
    for (JsonNode each : listed) {
      if (reasons.size() < MOST_REASONS) {
        reasons.put(PatternFacts.words(each, "reason"), count(each, "count"));
      }
    }
    return reasons.isEmpty() ? Map.of() : reasons;
  }

  PatternSums plus(PatternSums other) {
    return new PatternSums(
        calls + other.calls,
        micros + other.micros,
        waitMicros + other.waitMicros,
        responses.plus(other.responses),
        errors + other.errors,
        bytes + other.bytes,
        hits + other.hits,
        byRule + other.byRule,
        replica + other.replica,
        sum(uncached, other.uncached, 1),
        sum(onWriter, other.onWriter, 1),
        sample.plus(other.sample));
  }

  /** Returns the totals counted since then; all of them if fewer were counted than before. */
  PatternSums since(PatternSums before) {
    if (calls < before.calls || micros < before.micros) {
      return this;
    }
    return new PatternSums(
        calls - before.calls,
        micros - before.micros,
        Math.max(0, waitMicros - before.waitMicros),
        responses.since(before.responses),
        Math.max(0, errors - before.errors),
        Math.max(0, bytes - before.bytes),
        Math.max(0, hits - before.hits),
        Math.max(0, byRule - before.byRule),
        Math.max(0, replica - before.replica),
        sum(uncached, before.uncached, -1),
        sum(onWriter, before.onWriter, -1),
        sample.since(before.sample));
  }

  private static Map<String, Long> sum(Map<String, Long> one, Map<String, Long> other, int sign) {
    Map<String, Long> sum = new TreeMap<>(one);
    other.forEach((reason, count) -> sum.merge(reason, sign * count, Long::sum));
    sum.values().removeIf(count -> count <= 0);
    return sum;
  }

  /** About so many bytes. */
  long bytesKept() {
    return BYTES + responses.bytes() + reasonBytes(uncached) + reasonBytes(onWriter);
  }

  private static long reasonBytes(Map<String, Long> reasons) {
    return reasons.keySet().stream().mapToLong(reason -> REASON_BYTES + 2L * reason.length()).sum();
  }

  /** Number of statements sent to servers. */
  long sent() {
    return Math.max(0, calls - hits - byRule);
  }

  /** Average time that a server takes for one statement. */
  long averageMicros() {
    return sent() == 0 ? 0 : micros / sent();
  }

  /** Average size of the answers of servers, in bytes. */
  long averageBytes() {
    return sent() == 0 ? 0 : bytes / sent();
  }

  /** Average time that clients wait for the answer of a server. */
  long averageResponseMicros() {
    return sent() == 0 ? 0 : (micros + waitMicros) / sent();
  }

  /** Percentage of statements that the cache answered. */
  double hitPercent() {
    return percent(hits, calls);
  }

  /** Percentage of the statements sent to servers that went to replicas. */
  double replicaPercent() {
    return percent(Math.min(replica, sent()), sent());
  }

  /** Of a hundred. */
  static double percent(long part, long whole) {
    return whole <= 0 ? 0 : 100.0 * part / whole;
  }
}
